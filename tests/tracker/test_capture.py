"""The layout that the capture reads from a page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.tracker.bench import Bench, capture

PAGE = """
<style>body { margin: 0 } .far { position: absolute; left: -9999px }</style>
<header style="position:sticky;top:0;height:50px">
  <a href="/a/lamp.html"><img src="/i/big-lamp.png?v=3" alt=""></a></header>
<main id="content">
  <h2>Reviews</h2>
  <button id="icon" aria-label="Close"><svg width=20 height=20><path d="M0 0h20v20z"/></svg></button>
  <button id="bare" title="Menu"><svg width=20 height=20><path d="M0 0h20v20z"/></svg></button>
  <input id="mail" placeholder="Your e-mail" value="typed secret">
  <label>Size <select id="size"><option>S</option></select></label>
  <section id="long"><h3>What people say</h3><p id="story">REPEATED</p></section>
  <div id="closed" hidden><button id="inside">In a closed menu</button></div>
  <div id="clear" style="opacity:0;pointer-events:none">Not to be seen</div>
  <p class="far" id="reader">For screen readers</p>
  <div id="list" style="height:100px;overflow:auto"><p id="top" style="height:90px;margin:0">top</p>
    <p id="low" style="height:90px;margin:0">low</p><p id="lowest" style="height:90px;margin:0">lowest</p></div>
  <div style="overflow:hidden;width:100px;position:relative;height:20px">
    <div style="position:absolute;left:200px" id="slide">next slide</div></div>
  <iframe id="frame" style="border:5px solid;width:200px;height:100px"
    srcdoc="<body style='margin:0'><button>Pay</button>"></iframe>
  <div style="height:2000px"></div>
  <div data-parcours-ignore><b id="hush">hush</b></div>
</main>
<footer style="position:fixed;bottom:0"><span id="foot">Cookies</span></footer>
"""


def _captured(bench: Bench, page: Page) -> dict[str, dict[str, Any]]:
    page.goto(bench.page("/layout", PAGE.replace("REPEATED", "Words and words. " * 20)))
    page.frame_locator("#frame").locator("button").wait_for()
    layout = capture(page)
    columns = {name: column for name, column in layout.items() if isinstance(column, list)}
    elements = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    assert layout["width"] == 1366
    assert layout["viewportHeight"] == 800
    assert layout["height"] == page.evaluate("document.scrollingElement.scrollHeight")
    assert layout["title"] == "t"
    return {e["paths"]: e for e in elements} | {"": {"all": elements}}


def test_names_are_readable(bench: Bench, page: Page) -> None:
    found = _captured(bench, page)
    names = {path: e["names"] for path, e in found.items() if path}
    assert names["button#icon"] == "Close"
    assert names["button#bare"] == "Menu"
    assert names["button#bare>svg:1"] == "Menu"
    assert names["input#mail"] == "Your e-mail"
    assert names["select#size"] == "Size"
    assert names["section#long"] == "What people say"
    assert names["p#story"].endswith("…")
    assert names["header>a:1>img:1"] == "big-lamp.png"
    assert max(map(len, names.values())) <= 60
    assert "typed secret" not in str(names)


def test_visible_fixed_and_scrolling_elements_are_marked(bench: Bench, page: Page) -> None:
    found = _captured(bench, page)
    everything = found.pop("")["all"]
    hidden = {path for path, e in found.items() if not e["visible"]}
    assert {"div#closed", "button#inside", "div#clear", "p#reader", "p#low", "p#lowest", "div#slide"} & hidden == {
        "div#closed", "button#inside", "div#clear", "p#reader", "p#lowest", "div#slide",
    }  # fmt: skip
    assert found["p#top"]["visible"]
    fixed = {path for path, e in found.items() if e["fixed"]}
    assert fixed == {"header", "header>a:1", "header>a:1>img:1", "footer", "span#foot"}
    assert everything[found["p#low"]["scroller"]]["paths"] == "div#list"
    assert found["div#list"]["scroller"] == -1
    assert "b#hush" not in found


def test_frames_of_the_same_origin_are_part_of_the_page(bench: Bench, page: Page) -> None:
    found = _captured(bench, page)
    everything = found.pop("")["all"]
    button = found["iframe#frame>>html:1>body:1>button:1"]
    frame = found["iframe#frame"]
    assert button["names"] == "Pay"
    assert (button["x"], button["y"]) == (frame["x"] + 5, frame["y"] + 5)
    html = everything[everything[button["parents"]]["parents"]]
    assert everything[html["parents"]]["paths"] == "iframe#frame"


def test_coordinates_do_not_depend_on_the_scroll_position(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/layout", PAGE))
    top = capture(page)
    page.evaluate("scrollTo(0, 700)")
    low = capture(page)
    i = top["paths"].index("section#long")
    assert top["y"][i] == low["y"][i]


def test_deep_paths_keep_their_anchor_and_their_tail(bench: Bench, page: Page) -> None:
    deep = "<div>" * 120 + "<button>x</button>" + "</div>" * 120
    page.goto(bench.page("/deep", f"<main>{deep}</main>"))
    layout = capture(page)
    path = layout["paths"][layout["tags"].index("button")]
    assert path.startswith("main…>div:1>")
    assert path.endswith(">button:1")
    assert max(map(len, layout["paths"])) <= 512


def test_a_page_of_thousands_of_elements_is_captured_whole(bench: Bench, page: Page) -> None:
    """What it costs: python -m bench capture."""
    card = "<li class='card x'><h3>Lamp</h3><p>Some <b>words</b> on it</p><a href='/x'><span>See</span></a></li>"
    page.goto(bench.page("/big", f"<main><ul>{card * 900}</ul></main>"))
    layout = capture(page)
    assert layout["tags"].count("b") == 900
    assert len(set(layout["paths"])) == len(layout["paths"]) > 5000
