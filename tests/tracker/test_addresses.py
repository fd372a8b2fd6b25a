"""How addresses are masked in the browser and again on the server: by the same patterns, in the same order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from collector.enrich.masking import CLICK_IDS, masked_address
from store import masking
from store.pages import canonical_page
from tests.tracker.bench import SNIPPET, SOURCES, Bench

EXAMPLES = json.loads((Path(__file__).parents[1] / "examples" / "addresses.json").read_text(encoding="utf-8"))
KEEP = EXAMPLES["keep"]
ALL = EXAMPLES["same"] + EXAMPLES["routes"]
MODULES = "".join(
    re.sub("^import.*", "", (SOURCES / name).read_text(encoding="utf-8"), flags=re.M).replace("export const", "const")
    for name in ("masking.js", "address.js")
)


def _address(example: dict[str, Any]) -> str:
    return example.get("address") or example["page"]


@pytest.mark.parametrize("example", ALL, ids=_address)
def test_the_server_keeps_the_same_of_an_address(example: dict[str, str]) -> None:
    assert masked_address(example["address"], tuple(KEEP)) == example["kept"]


def test_the_tracker_keeps_what_the_examples_say(page: Page) -> None:
    expected = {one["address"]: one["kept"] for one in ALL}
    script = f"([addresses, keep]) => {{ {MODULES}; return addresses.map((one) => trimAddress(one, keep, true)); }}"
    found = page.evaluate(script, [list(expected), KEEP])
    assert dict(zip(expected, found, strict=True)) == expected


def test_the_tracker_sends_no_fragment_unless_fragments_are_routes(page: Page) -> None:
    script = f"(addresses) => {{ {MODULES}; return addresses.map((one) => trimAddress(one)); }}"
    found = page.evaluate(script, [one["address"] for one in EXAMPLES["routes"]])
    assert not [one for one in found if "#" in one]


def test_the_server_masks_no_more_of_what_the_tracker_has_sent() -> None:
    """Otherwise pages that are one for the tracker would be another for the store."""
    for example in ALL:
        assert masked_address(example["kept"], tuple(KEEP)) == example["kept"]


def test_the_patterns_of_the_tracker_are_those_of_the_server() -> None:
    source = (SOURCES / "masking.js").read_text(encoding="utf-8")
    patterns = dict(re.findall(r"const (\w+) =\s+/(.*)/\w+;", source))
    assert patterns == {"WHOLE": masking.WHOLE, "TOKEN": masking.TOKEN, "NUMBER": masking.NUMBER}
    assert f"MAX_ENCODED = {masking.MAX_ENCODED};" in source


def test_the_tracker_knows_the_click_ids_of_the_server(page: Page) -> None:
    names = sorted(CLICK_IDS)
    script = f"(names) => {{ {MODULES}; return names.filter((name) => CAMPAIGN.exec(name)?.[1]); }}"
    assert page.evaluate(script, names) == names


@pytest.mark.parametrize("example", EXAMPLES["one_page"], ids=_address)
def test_one_page_has_many_addresses(example: dict[str, Any]) -> None:
    assert {canonical_page(address, KEEP) for address in example["addresses"]} == {example["page"]}
    assert canonical_page(f"https://{example['page']}", KEEP) == example["page"]
    assert len({one["page"] for one in EXAMPLES["one_page"]}) == len(EXAMPLES["one_page"])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("order", "order"),
        ("Video Play 50%", "Video Play 50%"),
        ("order-1234567", "order-*"),
        ("mail anna@example.org", "*"),
        ("507f1f77bcf86cd799439011", "*"),
        ("signed up: anna%40example.org", "*"),
        (123456789, "*"),
    ],
)
def test_names_of_events_are_masked_like_parts_of_a_path(bench: Bench, page: Page, name: str | int, kept: str) -> None:
    page.goto(bench.page("/a", "<p>Words", SNIPPET))
    page.evaluate("(name) => parcours('event', name)", name)
    bench.leave(page)
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.custom is not None
    assert batch.custom.n == [kept]
    assert masking.masked(str(name)) == kept


def test_an_address_in_an_event_name_is_masked_before_it_is_cut(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "<p>Words", SNIPPET))
    page.evaluate("parcours('event', 'a'.repeat(55) + ' anna@example.org')")
    bench.leave(page)
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.custom is not None
    assert batch.custom.n == ["*"]
