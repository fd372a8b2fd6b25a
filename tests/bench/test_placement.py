"""The placement bench detects wrong placements: its verdicts on a page whose layout is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from bench.placement_site import with_snippet
from bench.placement_tally import Tally
from bench.placement_truth import Verdict, judge
from bench.placement_visits import Click
from tests.machine import CHROMIUM_ARGS, HEADLESS

PAGE = """<!doctype html><html><head><style>
body { margin: 0; font: 20px/20px monospace; } div, p { margin: 0; height: 100px; width: 200px; }
#far { margin-top: 3000px; } #gone { display: none; } #under { position: absolute; top: 0; left: 400px; }
#over { position: absolute; top: 0; left: 400px; } #window { overflow: hidden; width: 100px; }
</style></head><body><div id="box"></div><div id="gone"></div><div id="under"></div><div id="over"></div>
<div id="window"><div id="wide"></div></div><p>xx <a>aaaaaaaaaa bbbbbbbbbb</a></p><div id="far"></div>
<script>document.body.append(document.createElement('i'))</script></body></html>"""
BODY, BOX, GONE, UNDER, OVER, WINDOW, WIDE, TEXT, LINK, FAR = range(10)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
        one = browser.new_page(viewport={"width": 800, "height": 600})
        one.set_content(with_snippet(PAGE, ""))
        yield one
        browser.close()


def verdict(
    page: Page, element: int, at: tuple[float, float] | None, part: tuple[float, float] = (0.5, 0.5)
) -> Verdict:
    return judge(page, [Click(0, 0, element, part, None)], [at], [at or (0, 0)])[0]


def test_elements_are_numbered_in_document_order_whatever_scripts_add(page: Page) -> None:
    found = page.evaluate("window.benchElements.map((element) => element.id || element.localName)")
    assert found == ["body", "box", "gone", "under", "over", "window", "wide", "p", "a", "far", "script"]


def test_a_point_inside_the_element_is_right_and_one_beside_it_is_not(page: Page) -> None:
    inside = verdict(page, BOX, (150, 50))
    assert (inside.shown, inside.right, inside.hit, inside.miss) == (True, True, True, 50)
    beside = verdict(page, BOX, (150, 102))
    assert (beside.shown, beside.right, beside.hit) == (True, False, False)
    assert verdict(page, FAR, (100, 3350)).right


def test_hidden_and_covered_elements_are_not_visible(page: Page) -> None:
    assert not verdict(page, GONE, (100, 50)).shown
    assert not verdict(page, UNDER, (450, 50)).shown
    assert verdict(page, OVER, (450, 50)).shown


def test_a_clipped_part_of_an_element_is_reported(page: Page) -> None:
    found = [verdict(page, WIDE, None, (fx, 0.5)) for fx in (0.25, 0.75)]
    assert [(one.shown, one.right, one.cut) for one in found] == [(True, False, False), (True, False, True)]


def test_a_point_between_the_lines_of_a_wrapped_link_is_not_on_it(page: Page) -> None:
    """Its second line starts at the left edge, so the bounding box also contains the text before its first line."""
    boxes = page.evaluate("[...document.querySelector('a').getClientRects()].map((box) => [box.x, box.y])")
    assert len(boxes) == 2
    top = page.evaluate("document.querySelector('p').getBoundingClientRect().y + scrollY")
    assert not verdict(page, LINK, (10, top + 10)).right
    assert verdict(page, LINK, (10, top + 30)).right


def test_the_distance_to_the_clicked_letter_is_measured(page: Page) -> None:
    letter = page.evaluate("""() => {
        const range = document.createRange();
        range.setStart(document.querySelector('a').firstChild, 11);
        range.setEnd(range.startContainer, 12);
        const box = range.getBoundingClientRect();
        return [box.x + box.width / 2 + scrollX, box.y + box.height / 2 + scrollY];
    }""")
    click = Click(0, 0, LINK, (0.5, 0.5), (0, 11))
    found = judge(page, [click], [(letter[0] + 3, letter[1] + 4)], [(0, 0)])[0]
    assert found.letter_miss == pytest.approx(5)
    assert found.in_line


def test_figures_add_up() -> None:
    tally = Tally()
    right = Verdict(shown=True, right=True, hit=True, miss=1.0, relative_miss=3.0)
    for one, rung in (
        (right, "own"),
        (right, "twin"),
        (Verdict(shown=True, miss=9.0), "ancestor"),
        (Verdict(shown=True, cut=True), "none"),
        (Verdict(shown=False), "none"),
        (Verdict(shown=False), "own"),
    ):
        tally.add(one, rung)
    figures = tally.figures()
    assert (figures["clicks"], figures["element visible"]) == (6, 4)
    assert (figures["on the right element, %"], figures["not placed although visible, %"]) == (50, 25)
    assert figures["position scrolled out of view, %"] == 25
    assert (figures["wrong, % of all"], figures["drawn although not visible, % of all"]) == (33.33, 16.67)
    assert (figures["rung own: share, %"], figures["rung own: precision, %"]) == (33.33, 50)
    assert (figures["rung ancestor: precision, %"], figures["distance: median, px"]) == (0, 1)
