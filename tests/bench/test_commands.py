"""Each bench says what it measures, and the commands have help with examples."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from bench.__main__ import NAMES
from bench.figures import ROOT


@pytest.mark.parametrize("name", NAMES)
def test_a_bench_says_what_it_measures(name: str) -> None:
    bench = importlib.import_module(f"bench.{name}")
    assert name == bench.NAME
    assert bench.HELP
    assert callable(bench.run)


@pytest.mark.parametrize("module", ["bench", "bench.docs"])
def test_the_commands_have_help_with_an_example(module: str) -> None:
    command = [sys.executable, "-m", module, "--help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"python -m {module}" in shown
    assert "Example" in shown


def test_figures_of_a_quick_run_are_not_published() -> None:
    command = [sys.executable, "-m", "bench", "tracker_size", "--quick", "--json", "docs/figures/tracker_size.json"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "not for publication" in refused.stderr
