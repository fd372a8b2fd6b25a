"""The order of the test files, which pytest-xdist hands to its processes one after the other (`make test`).

A long file that starts last leaves the other processes without work, so the folders with the longest files come first.
Files of the folders of one line alternate: those that wait for a camera with those that compute. Elsewhere the files
of a folder stay together, because they share one browser, which is closed when a process turns to another folder.
"""

from __future__ import annotations

from pathlib import Path

import pytest

LINES = (
    ("demo",),
    ("geometry",),
    ("browsers",),
    ("tracker",),
    ("snapshot", "parcours"),
    ("viewer", "collector"),
)
_TESTS = Path(__file__).parent


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests by the line of their folder, then by file name; each file keeps its own order."""
    return sorted(items, key=lambda item: _place(item.path))


def _place(file: Path) -> tuple[int, str, str]:
    folder = file.relative_to(_TESTS).parts[0]
    line = next((n for n, folders in enumerate(LINES) if folder in folders), len(LINES))
    return line, file.name if line < len(LINES) else folder, str(file)
