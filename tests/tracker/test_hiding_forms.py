"""Forms whose fields hide their properties: `form.children` is the field named `children`, if there is one.

https://html.spec.whatwg.org/multipage/forms.html#dom-form-nameditem
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Bench, capture, clicks
from tests.tracker.clock import stop_clock, wheel

# What the tracker or the capture of a layout may read of a form.
NAMES = [
    "shadowRoot",
    "ownerSVGElement",
    "checkVisibility",
    "parentElement",
    "parentNode",
    "children",
    "childNodes",
    "childElementCount",
    "matches",
    "closest",
    "tagName",
    "nodeType",
    "id",
    "name",
    "className",
    "previousElementSibling",
    "isConnected",
    "assignedSlot",
    "querySelector",
    "querySelectorAll",
    "contentWindow",
    "contentDocument",
    "clientWidth",
    "clientHeight",
    "clientLeft",
    "clientTop",
    "scrollTop",
    "scrollHeight",
    "scrollWidth",
    "textContent",
    "value",
    "labels",
    "compareDocumentPosition",
    "isContentEditable",
    "addEventListener",
    "contains",
    "composedPath",
    "target",
    "elements",
    "attributes",
    "dataset",
    "style",
    "hidden",
    "localStorage",
    "setAttribute",
    "firstElementChild",
]
ALONE = ["children", "parentElement", "matches", "closest", "shadowRoot", "ownerSVGElement", "checkVisibility"]
HIDING = [
    "getBoundingClientRect",
    "getClientRects",
    "localName",
    "classList",
    "getAttribute",
    "hasAttribute",
    "getRootNode",
    "ownerDocument",
]
EDGE = round((300 + 800) / 2_040 * 10_000)
FORM = (
    "<style>body{margin:0} form{display:block;height:2000px;padding:20px} input{display:none}</style>"
    "<main><form onsubmit='return false'>FIELDS<button type=button>Press</button></form></main>"
)


def _page(names: list[str]) -> str:
    return FORM.replace("FIELDS", "".join(f"<input name={name}>" for name in names))


def _visit(bench: Bench, page: Page, names: list[str]) -> dict[str, object]:
    """Clicks into the form and on its button, rests in it, and scrolls to its middle."""
    stop_clock(page)
    page.goto(bench.page("/form", _page(names)))
    layout = capture(page)
    page.mouse.click(600, 300)
    x, y = page.evaluate("(({x, y}) => [x, y])(document.querySelector('button').getBoundingClientRect())")
    page.mouse.click(x + 5, y + 5)
    page.mouse.move(700, 500)
    page.clock.run_for(400)
    page.mouse.move(701, 500)
    page.clock.run_for(600)
    page.mouse.move(x + 5, y + 5)
    page.clock.run_for(300)
    wheel(page, 300)
    page.clock.run_for(400)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda batches: len(clicks(batches)) == 2)
    assert batch.el is not None
    hover = batch.hover
    return {
        "clicks": [click["path"] for click in clicks([batch])],
        "dwell": {batch.el.p[e]: d for e, d in zip(hover.e, hover.d, strict=True)} if hover else {},
        "reach": batch.scroll and (batch.el.p[batch.scroll.e], batch.scroll.y),
        "known": set(zip(batch.el.p, batch.el.f, strict=True)) <= set(zip(layout["paths"], layout["fps"], strict=True)),
    }


@pytest.mark.parametrize("names", [*([name] for name in ALONE), NAMES], ids=[*ALONE, "all of them"])
def test_clicks_dwell_and_reach_of_a_form(bench: Bench, page: Page, names: list[str]) -> None:
    """And nothing is thrown into the page: the fixture `page` checks that."""
    found = _visit(bench, page, names)
    assert found["clicks"] == ["main>form:1", "main>form:1>button:1"]
    assert found["dwell"]["main>form:1"] > 500  # type: ignore[index]
    assert found["reach"] == ("main>form:1", EDGE)
    assert found["known"]  # the layout has the same paths and fingerprints


@pytest.mark.parametrize("names", [*([name] for name in HIDING), [*NAMES, *HIDING]], ids=[*HIDING, "all of them"])
def test_the_layout_has_the_form_and_its_content(bench: Bench, page: Page, names: list[str]) -> None:
    """Whichever property its fields hide."""
    page.goto(bench.page("/form", f"{_page(names)}<footer><p>after</p></footer>"))
    layout = capture(page)
    assert {"form", "button", "footer", "p"} <= set(layout["tags"])
    assert len({len(column) for column in layout.values() if isinstance(column, list)}) == 1
    form, button = layout["tags"].index("form"), layout["tags"].index("button")
    assert layout["parents"][button] == form
    assert layout["h"][form] == 2_040
    assert layout["visible"][form]
    assert layout["visible"][button]
