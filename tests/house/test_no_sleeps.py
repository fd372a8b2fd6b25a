"""Tests wait for conditions (tests/waiting.py), never for a fixed time."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
SLEEPS = {"wait_for_timeout", "waitForTimeout", "sleep"}
ALLOWED = {"waiting.py"}


def sleeps(source: str) -> list[int]:
    """Lines with a call of a function named like a sleep; `sleep(0)`, which only yields, is none."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return sorted(call.lineno for call in calls if _name(call.func) in SLEEPS and not _yields(call))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _yields(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def test_a_sleep_is_found_however_it_is_called() -> None:
    code = "time.sleep(1)\nsleep(1)\nawait anyio.sleep(0.1)\npage.wait_for_timeout(5)\nuntil(sleep)\nsleep(0)"
    assert sleeps(code) == [1, 2, 3, 4]


def test_no_test_sleeps() -> None:
    found = [
        f"{file.relative_to(TESTS.parent)}:{line}"
        for file in sorted(TESTS.rglob("*.py"))
        if file.name not in ALLOWED
        for line in sleeps(file.read_text())
    ]
    assert not found, f"Wait for a condition instead (tests/waiting.py): {found}"
