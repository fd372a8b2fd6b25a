"""The walkthrough in docs/architecture.md names files and functions that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
# `path/of/file.py` `name`, perhaps over a line break
STEPS = sorted(set(re.findall(r"`([\w/.]+\.(?:py|js|sql))`\s+`(\w+)`", PAGE)))


def test_the_walkthrough_names_functions() -> None:
    assert len(STEPS) > 30


@pytest.mark.parametrize(("file", "name"), STEPS, ids=lambda value: str(value))
def test_a_step_exists(file: str, name: str) -> None:
    source = (ROOT / file).read_text()
    defined = rf"(?:def|class|const|VIEW IF NOT EXISTS) {name}\b|^{name}\b.* = "
    assert re.search(defined, source, re.MULTILINE), f"{file} defines no {name}"
