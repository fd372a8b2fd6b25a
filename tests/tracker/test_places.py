"""Clicks, dwell and reach have the element keys that the capture of a layout gives."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from aggregator.shapes.fingerprints import parse
from tests.tracker.bench import Bench, capture, clicks
from tests.tracker.clock import stop_clock, wheel

SHOP = """
<style>
  body { margin: 0; font: 16px sans-serif }
  .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); gap: 12px }
  .card { padding: 10px; min-height: 120px; border: 1px solid }
  nav { display: flex; flex-wrap: wrap; gap: 8px }
  .bar { position: sticky; top: 0; background: white }
  @media (max-width: 600px) { .side { width: 100% } .card { min-height: 60px } }
</style>
<header class="bar"><h1>Shop</h1><nav><a href="#lamps">Lamps</a><a href="#chairs"><span>Chairs</span></a></nav></header>
<main id="content">
  <h2 id="lamps">Lamps</h2>
  <div class="grid css-1q2w3e">
    <div class="card"><h3>Lamp 1</h3><button class="buy is-active">Buy</button></div>
    <div class="card"><h3>Lamp 2</h3><button class="buy">Buy</button></div>
    <div class="card" id="item-48213"><h3>Lamp 3</h3><button class="buy" data-parcours="third lamp">Buy</button></div>
  </div>
  <h2>Chairs</h2>
  <form data-testid="newsletter"><label>Agree <input type="checkbox" name="agree"></label>
    <p><svg width="40" height="40"><path d="M0 0H40V40H0z"/></svg></p>
    <div data-parcours-ignore><div><button>Secret</button></div></div>
  </form>
  <x-card></x-card>
</main>
<script>
  document.querySelectorAll('a').forEach((a) => a.addEventListener('click', (e) => e.preventDefault()));
  document.querySelector('form').addEventListener('submit', (e) => e.preventDefault());
  document.querySelector('x-card').attachShadow({mode: 'open'}).innerHTML = '<p>In here: <button>Deep</button></p>';
</script>
"""

# what is clicked → the path it must have
TARGETS = {
    "h1": "header>h1:1",
    "nav a:first-child": "nav>a:1",
    "nav span": "nav>a:2>span:1",  # a word in a link keeps its own path; the layout knows its link
    ".card:nth-child(2) button": "main#content>div:1>div:2>button:1",
    "#item-48213 button": "button@third%20lamp",
    "#item-48213 h3": "main#content>div:1>div:3>h3:1",  # a generated id is no anchor
    "svg": "form!newsletter>p:1>svg:1",
    "[data-parcours-ignore] button": "form!newsletter",
    "x-card button": "main#content>x-card:1>>p:1>button:1",
}


def _click_all(bench: Bench, browser: Browser, width: int) -> tuple[list[dict], dict]:
    bench.reset()
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(bench.page("/shop", SHOP))
    layout = capture(page)
    for selector in TARGETS:
        page.click(selector, position={"x": 3, "y": 4}, force=True)
    page.goto("about:blank")
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) >= len(TARGETS)))
    context.close()
    return found, layout


@pytest.mark.parametrize("width", [390, 1366])
def test_clicks_land_where_the_layout_has_them(bench: Bench, browser: Browser, width: int) -> None:
    found, layout = _click_all(bench, browser, width)
    assert [c["path"] for c in found] == list(TARGETS.values())
    for click in found:
        i = layout["paths"].index(click["path"])
        assert layout["fps"][i] == click["fp"], click["path"]
        x = layout["x"][i] + click["x"] / 10_000 * layout["w"][i]
        y = layout["y"][i] + click["y"] / 10_000 * layout["h"][i]
        if not layout["fixed"][i]:
            assert abs(x - click["px"]) < 1.6, click["path"]
            assert abs(y - click["py"]) < 1.6, click["path"]
        assert abs(click["w"] - layout["w"][i]) < 1


def test_paths_are_unique_and_parents_come_first(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/shop", SHOP))
    layout = capture(page)
    assert len(set(layout["paths"])) == len(layout["paths"])
    assert all(parent < i for i, parent in enumerate(layout["parents"]))
    lengths = {len(column) for column in layout.values() if isinstance(column, list)}
    assert len(lengths) == 1


def test_generated_classes_and_states_have_no_fingerprint(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/shop", SHOP))
    layout = capture(page)
    first, second = (layout["paths"].index(f"main#content>div:1>div:{n}>button:1") for n in (1, 2))
    assert layout["fps"][first] == layout["fps"][second]
    assert len(parse(layout["fps"][layout["paths"].index("main#content>div:1")]).classes) == 1  # "grid" alone


def test_a_label_and_a_key_press_have_the_path_of_their_element(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/shop", SHOP))
    page.click("label", position={"x": 3, "y": 3})
    page.focus("nav a:first-child")
    page.keyboard.press("Enter")
    page.goto("about:blank")
    label, key = clicks(bench.wait(lambda batches: len(clicks(batches)) >= 2))
    assert label["path"] == "form!newsletter>label:1"
    assert label["r"] in (4, 5)
    assert (key["path"], key["x"], key["y"], key["k"]) == ("nav>a:1", 5000, 5000, 1)


def test_dwell_is_where_the_pointer_rested(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/shop", SHOP))
    box = page.locator(".card:nth-child(1) h3").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.clock.run_for(250)
    page.mouse.move(box["x"] + 3, box["y"] + 2)
    page.clock.run_for(700)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.hover is not None
    assert batch.el is not None
    rows = {batch.el.p[e]: (c, d) for e, c, d in zip(batch.hover.e, batch.hover.c, batch.hover.d, strict=True)}
    cell, dwell = rows["main#content>div:1>div:1>h3:1"]
    assert cell % 8 == 0
    assert 500 < dwell < 1500


@pytest.mark.parametrize("moves", [1, 30])
def test_dwell_in_a_shadow_root_is_on_the_element_in_it(bench: Bench, page: Page, moves: int) -> None:
    """Read where the pointer came to rest (one move), and while it moves (many)."""
    stop_clock(page)
    page.goto(bench.page("/shop", SHOP))
    box = page.locator("x-card button").bounding_box()
    assert box is not None
    for n in range(moves):
        page.mouse.move(box["x"] + 4 + n % 2, box["y"] + 4)
        page.clock.run_for(30)
    page.clock.run_for(900)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.hover is not None
    assert batch.el is not None
    assert [batch.el.p[e] for e in batch.hover.e] == ["main#content>x-card:1>>p:1>button:1"]


def test_reach_is_anchored_on_the_element_under_the_edge(bench: Bench, page: Page) -> None:
    sections = "".join(f'<section id="part-{c}" style="height:1000px">{c}</section>' for c in "abcdef")
    bar = '<div style="position:fixed;bottom:0;left:0;right:0;height:90px;background:red">Cookies</div>'
    stop_clock(page)
    page.goto(bench.page("/long", f"<style>body{{margin:0}}</style>{sections}{bar}"))
    page.clock.run_for(400)
    page.mouse.move(400, 300)
    wheel(page, 2450)
    assert page.evaluate("scrollY") == 2450
    page.clock.run_for(600)
    wheel(page, -2450)
    assert page.evaluate("scrollY") == 0
    page.clock.run_for(300)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.scroll is not None
    assert batch.el is not None
    assert batch.scroll.depth == 3250
    assert batch.scroll.ph == 6000
    assert batch.el.p[batch.scroll.e] == "section#part-d"
    assert abs(batch.scroll.y - 2500) <= 10
    bands = batch.scroll.bands
    assert len(bands) == 20
    assert bands[0] > 300
    assert 300 < bands[9] < 3000
    assert bands[12:] == [0] * 8


def test_names_that_hide_properties_of_the_document_make_no_endless_loop(bench: Bench, page: Page) -> None:
    """`<form name="host">` makes `document.host` an element: climbing by it would never end."""
    page.goto(bench.page("/hiding", '<form name="host"><input name="id"></form><button>Press</button>'))
    layout = capture(page)
    page.click("button")
    page.goto("about:blank")
    (click,) = clicks(bench.wait(clicks))
    assert click["path"] == "body>button:1"
    assert "body>form:1" in layout["paths"]
