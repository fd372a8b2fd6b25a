"""A class name means one thing in the whole product: it is defined in one module only."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("store", "rules", "collector", "aggregator", "viewer", "parcours")


def defined() -> dict[str, set[str]]:
    """Class name → the modules that define it."""
    found: dict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ClassDef):
                    found[node.name].add(str(file.relative_to(ROOT)))
    return found


def test_no_class_name_is_defined_in_two_modules() -> None:
    twice = {name: sorted(files) for name, files in defined().items() if len(files) > 1}
    assert not twice, twice
