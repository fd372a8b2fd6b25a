"""Very deep pages, very large ones and hostile names: each element has one path, the same in tracker and layout."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.geometry.travel import TRUTH
from tests.tracker.bench import DIST, SITE_KEY, Bench, capture, clicks
from tests.tracker.clock import count_timers, until_quiet

# Without boxes of their own: Chromium itself does not lay out boxes nested 4,000 deep.
DEEP = """<style>#top, #top :not(button) { display: contents }</style><div id="top"></div><script>
  let at = document.querySelector('#top');
  for (let i = 0; i < 10000; i++) at = at.appendChild(document.createElement(i % 2 ? 'div' : 'section'));
  at.innerHTML = '<button>Deep down</button>';
</script>"""
LARGE = """<main></main><script>
  const card = '<div class="card" data-testid="card"><h3>Lamp</h3><a href="#x">See</a></div>';
  document.querySelector('main').innerHTML = card.repeat(16000);
  document.querySelectorAll('.card').forEach((card, i) => { card.id = `card-${String.fromCharCode(97 + i % 26)}`; });
</script>"""
# As JavaScript: names that a page may give its elements.
NAMES = [
    r"'quo\"te'", r"'apo\'s'", r"'new\nline'", r"'back\\slash'", r"'emoji 🎉'", r"'\ud800 alone'", r"'nul\0'", r"']'",
    r"'>div:1'", r"'…'", r"'x'.repeat(1e6)", r"'日本'.repeat(30)", r"' '", r"'a>b:2>>c'", r"'-'", r"'1st'",
    r"'__proto__'",
]  # fmt: skip
HOSTILE = (
    "<main></main><script>const names = [NAMES]; const main = document.querySelector('main');"
    "for (const name of names) for (const attribute of ['ATTRIBUTES']) {"
    " const p = main.appendChild(document.createElement('p')); p.setAttribute(attribute, name);"
    " p.textContent = 'text'; p.style.margin = '2px'; }"
    "for (const tag of ['x-' + 'y'.repeat(1e5), 'x-é', 'x-a.b'])"
    " main.appendChild(document.createElement(tag)).textContent = 'own';"
    "main.appendChild(document.createElement('p')).textContent = 'long text '.repeat(1e5);</script>"
).replace("NAMES", ", ".join(NAMES))


def _clicked(bench: Bench, page: Page, count: int = 1) -> list[dict[str, Any]]:
    page.goto("about:blank")
    return clicks(bench.wait(lambda batches: len(clicks(batches)) >= count))


def test_ten_thousand_deep(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/deep", DEEP))
    page.wait_for_selector("button", state="attached")
    layout = capture(page)
    assert len(layout["paths"]) > 10_000
    page.focus("button")
    page.keyboard.press("Enter")
    (click,) = _clicked(bench, page)
    i = layout["tags"].index("button")
    assert layout["paths"][i] == click["path"]
    assert layout["fps"][i] == click["fp"]
    assert click["path"].startswith("html…>")
    assert max(map(len, layout["paths"])) <= 512


def test_fifty_thousand_elements_are_read_without_a_query_for_each(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/large", LARGE))
    page.evaluate(
        "() => { window.queried = 0; for (const {prototype} of [Document, Element]) {"
        " const all = prototype.querySelectorAll;"
        " prototype.querySelectorAll = function (...it) { window.queried++; return all.apply(this, it); }; } }"
    )
    script = (DIST / "capture.js").read_text(encoding="utf-8")
    found = page.evaluate(f"{script};const all = __parcoursCapture({json.dumps(SITE_KEY)});"
                          "[all.paths.length, all.paths.at(-1), all.fps.at(-1), new Set(all.paths).size]")  # fmt: skip
    assert page.evaluate("window.queried") < 10
    count, path, prints, different = found
    assert count > 48_000
    assert different == count
    page.evaluate("document.querySelector('.card:last-child a').focus({preventScroll: true})")
    page.keyboard.press("Enter")
    (click,) = _clicked(bench, page)
    assert (click["path"], click["fp"]) == (path, prints)


@pytest.mark.parametrize(
    "attributes",
    ["id data-testid", "data-parcours class", "name href", "aria-label src", "role type"],
)
def test_names_of_any_characters(bench: Bench, page: Page, attributes: str) -> None:
    page.goto(bench.page("/hostile", HOSTILE.replace("ATTRIBUTES", "', '".join(attributes.split()))))
    layout = capture(page)
    named = dict(zip(layout["paths"], layout["fps"], strict=True))
    assert max(map(len, named)) <= 512
    assert max(map(len, layout["names"])) <= 60
    targets = page.query_selector_all("main > *")[:-1]
    for target in targets:
        target.scroll_into_view_if_needed()
        target.click(position={"x": 2, "y": 2}, force=True)
    found = _clicked(bench, page, len(targets))
    assert len(found) == len(targets)
    assert [click["path"] for click in found if click["path"] not in named] == []
    assert [click["path"] for click in found if named[click["path"]] != click["fp"]] == []


def test_a_name_given_twice_is_no_anchor(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/twice", "<div id=a><p id=b>1</p></div><div id=c><p id=b>2</p></div>"))
    assert {"div#a>p:1", "div#c>p:1"} <= set(capture(page)["paths"])


def test_forms_whose_fields_hide_their_properties(bench: Bench, page: Page) -> None:
    hiding = ["id", "parentElement", "parentNode", "children", "childNodes", "localName", "previousElementSibling"]
    inputs = "".join(f"<input name={name}>" for name in hiding)
    count_timers(page)
    page.goto(bench.page("/form", f"<main><form>{inputs}<div><button type=button>Go</button></div></form></main>"))
    layout = capture(page)
    x, y, *_ = page.evaluate(f"{TRUTH}; truth.here(document.querySelector('button'))[0]")
    page.mouse.click(x + 3, y + 3)
    page.mouse.move(30, 30)
    page.mouse.wheel(0, 100)
    until_quiet(page)
    (click,) = _clicked(bench, page)
    i = layout["tags"].index("button")
    assert (click["path"], click["fp"]) == (layout["paths"][i], layout["fps"][i])


def test_elements_of_another_realm(bench: Bench, page: Page) -> None:
    body = "<main></main><iframe srcdoc='<p>their own</p>'></iframe>"
    page.goto(bench.page("/realm", body))
    page.frame_locator("iframe").locator("p").wait_for()
    page.evaluate(
        "document.querySelector('main').append(frames[0].document.body.firstElementChild,"
        " frames[0].document.createElement('button'))"
    )
    layout = capture(page)
    page.click("main p", position={"x": 3, "y": 3})
    (click,) = _clicked(bench, page)
    assert click["path"] == "main>p:1"
    assert layout["fps"][layout["paths"].index("main>p:1")] == click["fp"]
