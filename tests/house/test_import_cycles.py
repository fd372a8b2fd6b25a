"""No module of the product imports itself through others."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = ("store", "rules", "collector", "aggregator", "viewer", "parcours")


def test_no_import_cycle() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        pytest.fail("import cycle: " + " -> ".join(reversed(error.args[1])))
