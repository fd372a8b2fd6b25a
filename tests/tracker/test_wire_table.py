"""The tracker's table of codes (tracker_js/src/wire.js), and the columns it sends, against collector/wire.py."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from playwright.sync_api import Page

from collector import wire
from store.flags import UNSEEN_MS
from tests.tracker.bench import SOURCES, Bench
from tests.tracker.clock import stop_clock

CODES = dict(re.findall(r"^export const (\w+) = (\d+|'[^']*');", (SOURCES / "wire.js").read_text("utf-8"), re.M))
FLAGS = {
    "KEYBOARD": "keyboard",
    "TOUCH": "touch",
    "MODIFIER": "modifier",
    "PEN": "pen",
    "LONG": "long press",
    "FRAMED": "in a frame",
    "DRAGGED": "dragged",
    "DISABLED": "disabled",
}
FIELD_FLAGS = {"BLANK": "left blank", "CORRECTED": "corrected"}
EFFECTS = {
    "CHANGED": "the page changed",
    "SCROLLED": "scroll",
    "ADDRESS": "address changed",
    "LEFT": "the page was left",
}
EFFECT_EVENTS = {
    "scroll": "scroll",
    "selectionchange": "selection",
    "input": "input",
    "focusin": "focus",
    "navigate": "address changed",
    "pagehide": "the page was left",
    "blur": "the window lost focus",
}
EXAMPLES = json.loads((Path(__file__).parents[1] / "examples" / "batches.json").read_text(encoding="utf-8"))
FORM = """<form onsubmit="return false"><input id=a><button id=b onclick="setTimeout(go)">Go</button></form>
<script>const go = () => dispatchEvent(new ErrorEvent('error', {message: 'broken'}))</script>"""
FRAMES = (SOURCES / "frames.js").read_text("utf-8")


def _fields(part: str) -> set[str]:
    """Names of the fields of a part of a batch."""
    types = get_args(get_type_hints(wire.Batch)[part]) or (get_type_hints(wire.Batch)[part],)
    return set(types[0].__struct_fields__)


@pytest.mark.parametrize(
    ("names", "defined"),
    [(FLAGS, wire.FLAGS), (FIELD_FLAGS, wire.FIELD_FLAGS), (EFFECTS, wire.EFFECTS)],
    ids=["flags of a click", "flags of a field", "effects"],
)
def test_codes_are_those_of_the_wire_format(names: dict[str, str], defined: dict[int, str]) -> None:
    for name, meaning in names.items():
        assert defined[int(CODES[name])].startswith(meaning), name


def test_the_tracker_knows_every_flag() -> None:
    assert {int(CODES[name]) for name in FLAGS} == set(wire.FLAGS)
    assert {int(CODES[name]) for name in FIELD_FLAGS} == set(wire.FIELD_FLAGS)


def test_events_that_are_effects_are_in_the_order_of_their_codes() -> None:
    events = CODES["EFFECT_EVENTS"].strip("'").split()
    assert set(events) == set(EFFECT_EVENTS)
    for code, event in enumerate(events, start=2):
        assert wire.EFFECTS[code].startswith(EFFECT_EVENTS[event]), event
    assert {0, int(CODES["CHANGED"]), *range(2, 2 + len(events))} == set(wire.EFFECTS)


def test_the_delay_of_an_unseen_effect_is_the_one_that_is_not_judged() -> None:
    assert int(CODES["UNSEEN_MS"]) == UNSEEN_MS


def test_the_version_is_one_that_the_collector_reads() -> None:
    assert int(CODES["VERSION"]) in wire.VERSIONS


def test_the_example_of_the_builder_has_every_column_of_every_kind() -> None:
    """tracker_js/test/batch.test.js makes this example with the tracker's own code."""
    body = next(one["body"] for one in EXAMPLES["accepted"] if one["name"] == "as the builder makes it")
    for part in (*wire.KINDS, "scroll"):
        assert set(body[part]) == _fields(part), part


@pytest.mark.parametrize(("kind", "own"), [("click", "terd"), ("hover", "e"), ("input", "te"), ("submit", "te")])
def test_rows_accepted_from_a_frame_have_the_columns_of_the_wire_format(kind: str, own: str) -> None:
    """Except those in `own`, which the page fills in. `x` and `y` of a hover are not part of the format."""
    box = re.search(r"BOX = '([^']*)'", FRAMES)
    fields = re.search(rf"\b{kind}: ['`]([^'`]*)['`]", FRAMES)
    assert box is not None
    assert fields is not None
    assert {*fields[1].replace("${BOX}", box[1]).split(), *own} == _fields(kind) | (
        {"x", "y"} if kind == "hover" else set()
    )


def test_a_visit_sends_the_columns_of_the_wire_format_and_no_others(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", FORM))
    page.click("#a", modifiers=["Shift"])
    page.keyboard.type("x")
    page.clock.run_for(1_000)
    page.click("#b", button="middle")
    page.click("#b")
    page.clock.run_for(300)
    page.evaluate("parcours('event', 'one', 1)")
    page.evaluate("addEventListener('resize', () => { window.heard = innerWidth })")
    page.set_viewport_size({"width": 900, "height": 700})
    page.wait_for_function("window.heard === 900")
    page.clock.run_for(1_000)
    bench.leave(page)
    columns: dict[str, set[str]] = {}
    for _, sent in bench.bodies:
        body: dict[str, Any] = json.loads(sent)
        for kind in {*wire.KINDS, "scroll", "ctx", "sum", "el"} & set(body):
            columns.setdefault(kind, set()).update(body[kind])
    for part in (*wire.KINDS, "scroll", "el"):
        if part == "ask":
            continue  # tests/tracker/test_asking.py
        assert columns[part] == _fields(part), part
    for part in ("ctx", "sum"):
        assert columns[part] <= _fields(part), part
