"""Drags in each browser; tests/tracker/test_drags.py goes into detail in Chromium."""

from __future__ import annotations

from collections.abc import Callable

from store.flags import DRAGGED, LONG
from tests.browsers.tab import Tab
from tests.tracker.bench import Bench, clicks

Leave = Callable[[], None]

MAP = """<style>body{margin:0} #map,#panel{display:block;width:600px;height:300px;background:#cde}</style>
<canvas id=map width=600 height=300></canvas><div id=panel></div>
<script>for (const id of ['map', 'panel']) document.getElementById(id).addEventListener(
  'pointerdown', (event) => event.target.setPointerCapture(event.pointerId));</script>"""


def _drag(tab: Tab, *way: tuple[float, float]) -> None:
    tab.move(*way[0])
    tab.press()
    for x, y in way[1:]:
        tab.move(x, y)
    tab.release()


def test_a_map_and_a_panel_are_dragged_and_clicked(bench: Bench, tab: Tab, leave: Leave) -> None:
    tab.goto(bench.page("/a", MAP))
    _drag(tab, (100, 100), (210, 100), (320, 100))
    _drag(tab, (100, 100), (320, 100), (101, 100))  # brought back
    _drag(tab, (100, 400), (100, 500))
    tab.click(100, 400)
    leave()
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) >= 4))
    assert [click["path"] for click in found] == ["canvas#map"] * 2 + ["div#panel"] * 2
    assert [click["k"] & ~LONG for click in found] == [DRAGGED] * 3 + [0]


def test_a_selection_of_text_over_two_paragraphs_is_at_most_a_drag(bench: Bench, tab: Tab, leave: Leave) -> None:
    """Not every browser makes a click of it."""
    text = "<p style='margin:0;font:16px/20px monospace'>Some words that can be selected with the mouse</p>"
    tab.goto(bench.page("/a", f"<style>body{{margin:0}}</style>{text}{text}<button id=b>Press</button>"))
    _drag(tab, (300, 10), (200, 20), (100, 30))
    tab.click_on("#b")
    leave()
    *drags, click = clicks(bench.wait(lambda batches: any(c["path"] == "button#b" for c in clicks(batches))))
    assert (click["path"], click["k"]) == ("button#b", 0)
    assert [drag["k"] & ~LONG for drag in drags] in ([], [DRAGGED])


def test_something_dragged_and_dropped_is_no_click(bench: Bench, tab: Tab, leave: Leave) -> None:
    card = "<div draggable=true id=card style='width:100px;height:60px'>Card</div><button id=b>Press</button>"
    tab.goto(bench.page("/a", f"<style>body{{margin:0}}</style>{card}"))
    tab.click_on("#b")
    _drag(tab, (20, 20), (120, 120), (300, 200))
    leave()
    found = clicks(bench.wait(clicks))
    assert [click["path"] for click in found if not click["k"] & DRAGGED] == ["button#b"]
