"""Translators wrap the words of a page; clicks, dwell and reach stay on the page's own elements."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Bench, capture, clicks
from tests.tracker.clock import stop_clock

PAGE = """
<style>body{margin:0;font:16px sans-serif} li,p{margin:0 0 20px} x-card{display:block}</style>
<nav><a href="#home">Home</a> <a href="#lamps">Lamps</a></nav>
<main>
  <h2>Our lamps</h2>
  <p>Light for <b>every</b> room: <a href="#desk">desk lamps</a> and <a href="#floor">floor lamps</a>.</p>
  <ul><li><button>First</button></li><li><button>Second</button></li><li><button>Third</button></li></ul>
  <p><font color="red" size="4">Only today</font> <font face="Arial">and tomorrow</font></p>
  <x-card></x-card>
</main>
<script>
  document.onclick = (e) => e.preventDefault()
  document.querySelector('x-card').attachShadow({mode: 'open'}).innerHTML = 'Inside: <button>Deep</button>'
</script>
"""
TARGETS = {
    "nav a:nth-of-type(2)": "nav>a:2",
    "p b": "main>p:1>b:1",
    "p a[href='#desk']": "main>p:1>a:1",
    "p a[href='#floor']": "main>p:1>a:2",
    "li:nth-child(3) button": "main>ul:1>li:3>button:1",
    "h2": "main>h2:1",
    "font[color]": "main>p:2>font:1",
    "font[face]": "main>p:2>font:2",
    "x-card button": "main>x-card:1>>button:1",
}
# As each translator changes the page: `words(node)` returns the wrapper for a text node; `inner` says whether it also
# moves inline elements into one wrapper with the words around them, as Chrome does in a sentence.
WRAP = """(kind) => {
  const font = (attributes, ...children) => {
    const el = document.createElement('font')
    for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value)
    el.append(...children)
    return el
  }
  const chrome = {style: 'vertical-align: inherit;'}
  const kinds = {
    chrome: (text) => font(chrome, font(chrome, text.toUpperCase() + ' X')),
    'newer chrome': (text) => font({dir: 'auto', ...chrome}, font({dir: 'auto', ...chrome}, 'Wort ' + text)),
    'in place': (text) => text.replace(/\\p{L}+/gu, (word) => [...word].reverse().join('') + 'o'),
    edge: (text) => font({_mstmutation: '1', _msthash: '7'}, text + ' mot'),
    immersive: (text) => {
      const shared = {lang: 'fr', 'data-immersive-translate-translation-element-mark': '1'}
      const el = (name, ...children) => font({class: `notranslate ${name}`, ...shared}, ...children)
      return [text, el('immersive-translate-target-wrapper', document.createElement('br'),
        el('immersive-translate-target-translation-block-wrapper', el('immersive-translate-target-inner', 'mots')))]
    },
  }
  const roots = [document.body, ...[...document.querySelectorAll('x-card')].map((card) => card.shadowRoot)]
  const nodes = roots.flatMap((root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode)
    return found.filter((one) => !/^(script|style)$/i.test(one.parentNode.nodeName))
  })
  for (const node of nodes) node.replaceWith(...[kinds[kind](node.data)].flat())
  if (kind.includes('chrome')) {
    const p = document.querySelector('p')
    const wrapper = font(chrome)
    p.insertBefore(wrapper, p.children[1])
    while (wrapper.nextSibling) wrapper.append(wrapper.nextSibling)
  }
}"""


@pytest.mark.parametrize("kind", ["chrome", "newer chrome", "edge", "immersive", "in place"])
def test_clicks_on_translated_words_have_the_paths_of_the_page(bench: Bench, page: Page, kind: str) -> None:
    page.goto(bench.page("/translated", PAGE))
    layout = capture(page)
    page.evaluate(WRAP, kind)
    for selector in TARGETS:
        # On the innermost element, as visitors do.
        x, y = page.locator(selector).evaluate("(el) => (({x, y}) => [x, y])(el.getClientRects()[0])")
        page.mouse.click(x + 4, y + 9)
    translated = capture(page)
    bench.leave(page)
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) == len(TARGETS)))
    assert [click["path"] for click in found] == list(TARGETS.values())
    assert set(TARGETS.values()) <= set(layout["paths"])
    assert translated["paths"] == layout["paths"]


def test_texts_of_a_translator_have_no_fingerprint(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/translated", PAGE))
    before = capture(page)
    page.evaluate(WRAP, "chrome")
    after = capture(page)
    assert before["paths"] == after["paths"]
    for path, old, new in zip(before["paths"], before["fps"], after["fps"], strict=True):
        i = j = 0
        while i < len(old) and j < len(new):
            one = old[i] if old[i] == "~" else old[i : i + 2]
            other = new[j] if new[j] == "~" else new[j : j + 2]
            assert other in (one, "~"), path
            i, j = i + len(one), j + len(other)


def test_dwell_on_translated_words_is_on_the_element_of_the_page(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/translated", PAGE))
    page.evaluate(WRAP, "chrome")
    box = page.locator("h2").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, box["y"] + 8)
    page.clock.run_for(900)
    page.mouse.move(box["x"] + 4, box["y"] + 9)
    page.clock.run_for(900)
    bench.leave(page)
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.hover is not None
    assert batch.el is not None
    assert {batch.el.p[e] for e in batch.hover.e} == {"main>h2:1"}


def test_reach_ends_on_the_element_of_the_page(bench: Bench, page: Page) -> None:
    stop_clock(page)
    page.goto(bench.page("/translated", '<p id=words style="margin:0;font:900px serif">Mmmm</p>'))
    page.evaluate(
        "(() => { const p = document.querySelector('p'); p.innerHTML = '<font style=\"vertical-align: inherit;\">'"
        " + '<font style=\"vertical-align: inherit;\">Mmmm</font></font>' })()"
    )
    page.clock.run_for(400)
    bench.leave(page)
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.scroll is not None
    assert batch.el is not None
    assert batch.el.p[batch.scroll.e] == "p#words"
