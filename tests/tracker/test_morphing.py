"""A record describes the element as it is at the press: pages turn one node into another element."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from collector import wire
from tests.tracker.bench import Bench, capture, clicks
from tests.tracker.clock import stop_clock, wheel

# name → (the page, a script that turns `#here` into another element, the paths before and after)
MORPHS = {
    "id and text": (
        "<button id=next class=here>Next</button>",
        "one.id = 'pay'; one.textContent = 'Pay 59 euros now'",
        ("button#next", "button#pay"),
    ),
    "text in a child": (
        "<a class=here href=/p1><b>Lamp</b> <i>new</i></a>",
        "one.querySelector('b').firstChild.data = 'Chair'",
        ("body>a:1", "body>a:1"),
    ),
    "address": (
        "<a class=here href=/p1>Read more</a>",
        "one.setAttribute('href', '/p2')",
        ("body>a:1", "body>a:1"),
    ),
    "another step of a wizard": (
        "<section id=address><h2>Address</h2><button class=here>Next</button></section>",
        "one.parentNode.id = 'payment'; one.parentNode.firstChild.textContent = 'Payment'",
        ("section#address>button:1", "section#payment>button:1"),
    ),
    "an item put before it": (
        "<ul><li><button class=here>Remove</button></li></ul>",
        "document.querySelector('ul').prepend(document.createElement('li'))",
        ("body>ul:1>li:1>button:1", "body>ul:1>li:2>button:1"),
    ),
    "a row of a virtual list": (
        "<div><p>Lamp</p><button class=here>Add</button></div><div><p>Desk</p><button>Add</button></div>",
        "one.previousSibling.textContent = 'Chair'",
        ("body>div:1>button:1", "body>div:1>button:1"),
    ),
}


@pytest.mark.parametrize("name", MORPHS)
def test_a_click_is_on_the_element_that_the_node_is_then(bench: Bench, page: Page, name: str) -> None:
    html, morph, paths = MORPHS[name]
    page.goto(bench.page("/morph", html + "<script>document.onclick = (e) => e.preventDefault()</script>"))
    layouts = [capture(page)]
    page.click(".here", position={"x": 3, "y": 3})
    page.evaluate(f"(() => {{ const one = document.querySelector('.here'); {morph} }})()")
    layouts.append(capture(page))
    page.click(".here", position={"x": 3, "y": 3})
    bench.leave(page)
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) == 2))
    assert tuple(click["path"].removesuffix(">b:1") for click in found) == paths
    assert len({(click["path"], click["fp"]) for click in found}) == 2
    for click, layout in zip(found, layouts, strict=True):
        assert (click["path"], click["fp"]) in list(zip(layout["paths"], layout["fps"], strict=True))


def _dwell(batches: list[wire.Batch]) -> dict[str, int]:
    """Path → ms."""
    found: dict[str, int] = {}
    for batch in batches:
        if batch.hover and batch.el:
            for e, d in zip(batch.hover.e, batch.hover.d, strict=True):
                found[batch.el.p[e]] = found.get(batch.el.p[e], 0) + d
    return found


def test_dwell_is_on_the_element_that_the_node_was(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/morph", "<button id=next style='width:400px;height:90px'>Next</button>"))
    for turn in range(2):
        for n in range(20):
            page.mouse.move(30 + n % 2, 30)
            page.clock.run_for(100)
        if not turn:
            page.evaluate(
                "(() => { const one = document.querySelector('#next'); one.id = 'pay'; one.innerText = 'Pay' })()"
            )
    page.mouse.move(600, 600)
    page.clock.run_for(900)
    bench.leave(page)
    found = _dwell(bench.wait(lambda batches: any(b.hover for b in batches)))
    assert 1500 <= found["button#next"] <= 2700
    assert 1500 <= found["button#pay"] <= 2700


def test_dwell_on_an_element_that_changed_unseen_is_not_on_its_successor(bench: Bench, page: Page) -> None:
    """The pointer rests, so no place is read between the change and the next move."""
    stop_clock(page)
    page.goto(bench.page("/morph", "<button id=next style='width:400px;height:90px'>Next</button>"))
    page.mouse.move(30, 30)
    page.clock.run_for(1500)
    page.evaluate("(() => { const one = document.querySelector('#next'); one.id = 'pay'; one.innerText = 'Pay' })()")
    page.mouse.move(600, 600)
    page.clock.run_for(900)
    bench.leave(page)
    found = _dwell(bench.wait(lambda batches: any(b.hover for b in batches)))
    assert found["button#next"] > 250
    assert "button#pay" not in found


def test_reach_is_not_on_an_element_that_took_the_place_of_the_deepest(bench: Bench, page: Page) -> None:
    """Rows of a virtual list are used again for others when the visitor scrolls back."""
    rows = "".join(f"<p id=row-{c} style='height:1000px;margin:0'>{c}</p>" for c in "abcdef")
    stop_clock(page)
    page.goto(bench.page("/rows", f"<style>body{{margin:0}}</style>{rows}"))
    page.clock.run_for(400)
    page.mouse.move(400, 300)
    wheel(page, 2450)
    assert page.evaluate("scrollY") == 2450
    page.clock.run_for(600)
    wheel(page, -1000)
    page.clock.run_for(600)
    page.evaluate("(() => { const one = document.querySelector('#row-d'); one.id = 'row-x'; one.textContent = 'x' })()")
    bench.leave(page)
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.scroll is not None
    assert batch.el is not None
    assert (batch.el.p[batch.scroll.e], batch.scroll.depth) == ("html", 3250)
    assert batch.scroll.y == round(3250 / 6000 * 10_000)


def test_a_field_that_becomes_another_while_it_has_the_focus_has_rows_of_its_own(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/fields", "<form><input id=mail name=mail></form>"))
    page.click("input")
    page.keyboard.type("ab")
    page.evaluate(
        "(() => { const one = document.querySelector('input'); one.id = one.name = 'phone'; one.value = '' })()"
    )
    page.keyboard.type("cde")
    bench.leave(page)
    batches = bench.wait(lambda batches: any(b.input for b in batches))
    rows = [
        (batch.el.p[e], n) for batch in batches if batch.input and batch.el
        for e, n in zip(batch.input.e, batch.input.n, strict=True)
    ]  # fmt: skip
    assert rows == [("input#mail", 2), ("input#phone", 3)]
