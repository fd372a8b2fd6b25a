"""How addresses are masked in the browser and again on the server: the same, except for the listed differences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from collector.enrich.masking import masked_address
from tests.tracker.bench import SOURCES

EXAMPLES = json.loads((Path(__file__).parents[1] / "examples" / "addresses.json").read_text(encoding="utf-8"))
KEEP = EXAMPLES["keep"]


def _address(example: dict[str, Any]) -> str:
    return example["address"]


@pytest.mark.parametrize("example", EXAMPLES["same"], ids=_address)
def test_the_server_keeps_the_same_of_an_address(example: dict[str, str]) -> None:
    assert masked_address(example["address"], tuple(KEEP)) == example["kept"]


@pytest.mark.parametrize("example", EXAMPLES["different"], ids=_address)
def test_the_server_differs_as_listed(example: dict[str, str]) -> None:
    assert masked_address(example["address"], tuple(KEEP)) == example["server"]
    assert example["server"] != example["tracker"]
    assert example["why"]


def test_the_tracker_keeps_what_the_examples_say(page: Page) -> None:
    source = (SOURCES / "address.js").read_text(encoding="utf-8").replace("export const", "const")
    expected = {one["address"]: one.get("kept") or one["tracker"] for one in EXAMPLES["same"] + EXAMPLES["different"]}
    script = f"([addresses, keep]) => {{ {source}; return addresses.map((one) => trimAddress(one, keep)); }}"
    found = page.evaluate(script, [list(expected), KEEP])
    assert dict(zip(expected, found, strict=True)) == expected


def test_the_server_masks_no_more_of_what_the_tracker_has_sent() -> None:
    """Otherwise pages that are one for the tracker would be another for the store."""
    for example in EXAMPLES["same"]:
        assert masked_address(example["kept"], tuple(KEEP)) == example["kept"]
