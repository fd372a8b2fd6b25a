"""The page never notices the tracker: it throws nothing, writes nothing, forces no layout and leaves nothing behind."""

from __future__ import annotations

import base64
import hashlib

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import DIST, SITE_KEY, Bench, clicks
from tests.tracker.clock import count_timers, next_frame, until_quiet

BUTTON = "<button id=b style='width:120px;height:40px'>Press</button>"
FILL = "<div style='height:3000px'></div>"

BREAKAGE = {
    "closest": "Element.prototype.closest = null",
    "boxes": "Element.prototype.getBoundingClientRect = Element.prototype.getClientRects = () => { throw 1 }",
    "map": "Array.prototype.map = () => { throw 1 }",
    "find": "Array.prototype.find = Array.prototype.filter = () => 7",
    "JSON": "JSON.stringify = () => { throw 1 }",
    "no fetch": "window.fetch = undefined; Navigator.prototype.sendBeacon = undefined",
    "no observer": "window.MutationObserver = undefined",
    "frozen": "Object.freeze(history); Object.freeze(History.prototype); Object.freeze(Event.prototype)",
    "frozen elements": "Object.freeze(Element.prototype); Object.freeze(Object.prototype)",
    "no crypto": "Object.defineProperty(window, 'crypto', {value: {}})",
    "taken name": "Object.defineProperty(window, 'parcours', {value: 7, writable: false})",
    "navigation of another kind": "Object.defineProperty(window, 'navigation', {value: {}})",
    "enumerable": "Object.prototype.extra = function () {}; Array.prototype.extra = 7",
    "no Set": "window.Set = window.WeakMap = undefined",
}


def _act(page: Page) -> None:
    page.click("#b")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 300)
    page.evaluate("window.history.pushState(0, '', '/next')")
    page.evaluate("typeof parcours === 'function' && parcours(Symbol('x'), Symbol('y'))")
    page.evaluate("typeof parcours === 'function' && parcours('event', Symbol('y'))")
    until_quiet(page)


@pytest.mark.parametrize("name", BREAKAGE)
def test_nothing_is_thrown_into_a_broken_page(bench: Bench, page: Page, name: str) -> None:
    """The fixture `page` fails on anything thrown into it."""
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    count_timers(page)
    page.goto(bench.page("/a", f"{BUTTON}{FILL}<script>{BREAKAGE[name]}</script>"))
    _act(page)
    page.goto("about:blank")
    assert [error for error in errors if "404" not in error] == []  # the browser requests the site's icon


OLD = {
    "toJSON of old Prototype.js": "Array.prototype.toJSON = Object.prototype.toJSON = function () { return '\"x\"' }",
    "without newer APIs": "for (const name of ['navigation', 'PerformanceObserver', 'ResizeObserver'])"
    " Object.defineProperty(window, name, {value: undefined}); Navigator.prototype.sendBeacon = undefined;"
    "Object.defineProperty(Navigator.prototype, 'userActivation', {value: undefined})",
    "fetch without keepalive": "const own = fetch; window.fetch = (url, {keepalive, ...rest}) => own(url, rest)",
    "elements of another realm": "const old = b; const f = document.createElement('iframe'); document.body.append(f);"
    "old.replaceWith(f.contentDocument.importNode(old, true))",
}


@pytest.mark.parametrize("name", OLD)
def test_an_unusual_page_is_tracked_like_any_other(bench: Bench, page: Page, name: str) -> None:
    count_timers(page)
    page.goto(bench.page("/a", f"{BUTTON}{FILL}<script>{OLD[name]}</script>"))
    _act(page)
    page.goto("about:blank")
    found = clicks(bench.wait(clicks))
    assert [c["path"] for c in found] == ["button#b"]


def test_strict_policy_trusted_types_and_integrity(bench: Bench, page: Page) -> None:
    """One script, by its hash, and one address to send to."""
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    digest = base64.b64encode(hashlib.sha384((DIST / "parcours.js").read_bytes()).digest()).decode()
    bench.page_headers = {
        "Content-Security-Policy": f"default-src 'none'; script-src 'sha384-{digest}'; connect-src {bench.url}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    }
    snippet = (
        f'<script async src="/parcours.js" integrity="sha384-{digest}" crossorigin data-site="{SITE_KEY}"></script>'
    )
    page.goto(bench.page("/a", "<button id=b>Press</button>", snippet))
    page.wait_for_function("window.parcours?.on")
    page.click("#b")
    page.goto("about:blank")
    assert len(clicks(bench.wait(clicks))) == 1
    assert errors == []


READS = """
(() => {
  window.reads = []
  let now = 'task'
  const during = (name, fn) => function (...args) {
    const before = now
    now = name || args[0]?.type || 'task'
    try { return fn.apply(this, args) } finally { now = before }
  }
  const raf = requestAnimationFrame
  window.requestAnimationFrame = (fn) => raf(during('frame', fn))
  const timeout = setTimeout
  window.setTimeout = (fn, ms) => timeout(during('timer', fn), ms)
  const add = EventTarget.prototype.addEventListener
  EventTarget.prototype.addEventListener = function (type, fn, options) {
    return add.call(this, type, during('', fn), options)
  }
  const spy = (object, name) => {
    const own = Object.getOwnPropertyDescriptor(object, name)
    const kind = own.value ? 'value' : 'get'
    Object.defineProperty(object, name, {...own, [kind]: function (...args) {
      if (new Error().stack.includes('parcours.js')) reads.push(now)
      return own[kind].apply(this, args)
    }})
  }
  for (const name of ['getBoundingClientRect', 'getClientRects', 'scrollTop', 'scrollHeight', 'scrollWidth',
    'clientWidth', 'clientHeight', 'clientLeft']) spy(Element.prototype, name)
  for (const name of ['offsetTop', 'offsetWidth', 'innerText']) spy(HTMLElement.prototype, name)
  for (const name of ['innerWidth', 'innerHeight', 'scrollX', 'scrollY', 'getComputedStyle']) spy(window, name)
  spy(Document.prototype, 'elementsFromPoint')
})()"""


def test_layout_is_read_only_where_the_browser_has_just_computed_it(bench: Bench, page: Page) -> None:
    """In an animation frame, or first in a pointer event, for which the browser has just done its hit test."""
    page.add_init_script(READS)
    count_timers(page)
    page.goto(bench.page("/a", f"{BUTTON}<a href='#x' id=l>link</a><input id=i>{FILL}"))
    until_quiet(page)
    for x in range(0, 600, 20):
        page.mouse.move(x, x / 2)
    for selector in ("#b", "#l", "#i"):
        page.click(selector)
    page.keyboard.type("abc")
    for _ in range(5):
        page.mouse.wheel(0, 100)
    page.evaluate("history.pushState(0, '', '/next')")
    until_quiet(page)
    page.evaluate("for (let i = 0; i < 300; i++) parcours('event', 'x')")
    until_quiet(page)
    assert set(page.evaluate("reads")) <= {"frame", "pointerdown", "pointermove", "focusin", "scroll"}
    assert page.evaluate("reads.filter((one) => one === 'pointerdown').length") > 0


def test_nothing_is_written_into_the_page(bench: Bench, page: Page) -> None:
    page.add_init_script("""
      window.writes = 0
      new MutationObserver(records => { writes += records.length })
        .observe(document, {subtree: true, childList: true, attributes: true, characterData: true})
    """)
    count_timers(page)
    page.goto(bench.page("/a", BUTTON + FILL))
    page.evaluate("writes = 0")
    _act(page)
    assert page.evaluate("writes") == 0


def test_stop_clears_timers_and_observers(bench: Bench, page: Page) -> None:
    page.add_init_script("""
      window.open_ = new Set(); window.watching = 0
      const {setTimeout: set, clearTimeout: clear} = window
      window.setTimeout = (fn, ms) => { const id = set(() => { open_.delete(id); fn() }, ms); open_.add(id); return id }
      window.clearTimeout = (id) => { open_.delete(id); clear(id) }
      const {observe, disconnect} = MutationObserver.prototype
      MutationObserver.prototype.observe = function (...a) { watching = 1; return observe.apply(this, a) }
      MutationObserver.prototype.disconnect = function () { watching = 0; return disconnect.call(this) }
    """)
    page.goto(bench.page("/a", BUTTON + FILL))
    page.click("#b")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 300)
    assert page.evaluate("open_.size") > 0
    assert page.evaluate("watching") == 1
    page.evaluate("parcours('stop')")
    next_frame(page)
    page.mouse.move(310, 310)
    page.click("#b")
    page.evaluate("history.pushState(0, '', '/b')")
    assert page.evaluate("[open_.size, watching]") == [0, 0]


def test_no_timer_runs_while_nothing_happens(bench: Bench, page: Page) -> None:
    page.clock.install()
    page.goto(bench.page("/a", BUTTON))
    page.click("#b")
    page.clock.run_for(60_000)
    page.evaluate("""() => {
      const own = setTimeout
      window.ticks = 0
      window.setTimeout = (...a) => { ticks++; return own(...a) }
    }""")
    page.clock.run_for(600_000)
    assert page.evaluate("ticks") == 0
