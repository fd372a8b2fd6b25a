"""Effects of a click that are no mutation of the document: those that are seen, and those that cannot be."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from store.flags import UNSEEN_MS
from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import stop_clock

DEAD, CHANGED, FOCUS = 0, 1, 5
UNSEEN = -1  # none, with the delay `UNSEEN_MS`


def part(name: str, mode: str, inside: str) -> str:
    """Defines a custom element with a shadow root."""
    return f"""<script>customElements.define('{name}', class extends HTMLElement {{
      connectedCallback() {{ const root = this.attachShadow({{mode: '{mode}'}}); root.innerHTML = `{inside}`;
        this.say = (text) => {{ root.querySelector('b').textContent = text }};
        root.querySelector('button')?.addEventListener('click', () => this.say('liked')) }} }})</script>"""


def press(script: str) -> str:
    return f'<button id=m onclick="{script}">Press</button>'


# name → (body, effect)
CASES = {
    # Elements that the browser shows.
    "popover": ("<button id=m popovertarget=menu>Menu</button><div id=menu popover>menu</div>", CHANGED),
    "popover shown by a script": (press("pop.showPopover()") + "<div id=pop popover>menu</div>", CHANGED),
    "dialog": (press("box.showModal()") + "<dialog id=box>box</dialog>", FOCUS),
    "dialog closed": (press("box.close()") + "<dialog open id=box>box</dialog>", CHANGED),
    "details in a component": (part("x-in", "open", "<details><summary id=m>More</summary><b>0</b></details>")
        + "<x-in></x-in>", CHANGED),
    "details": ("<details><summary id=m>More</summary>text</details>", CHANGED),
    # Styles.
    "focus-within": (
        "<style>.drop ul{display:none}.drop:focus-within ul{display:block}</style>"
        "<div class=drop><div tabindex=0 role=button id=m>Menu</div><ul><li>one</ul></div>",
        CHANGED,
    ),
    "focus, then a sibling": (
        "<style>.more{max-height:0;overflow:hidden}button:focus+.more{max-height:99px}</style>"
        "<button id=m>More</button><div class=more><p>text</div>",
        CHANGED,
    ),
    "focus-within, by visibility": (
        "<style>.drop p{visibility:hidden;opacity:0}.drop:focus-within p{visibility:visible;opacity:1}</style>"
        "<div class=drop><a href='#' onclick='return false'><span id=m>Menu</span></a><p>text</div>",
        CHANGED,
    ),
    "target": (
        "<style>#box{display:none;position:fixed;top:9px}#box:target{display:block}</style>"
        "<a id=m href='#box'>Open</a>" + "<p>x" * 50 + "<div id=box>box</div>",
        CHANGED,
    ),
    "menu before its button": (
        "<style>.up ul{display:none}.up:focus-within ul{display:block}</style>"
        "<div class=up><ul><li>one</ul><button id=m>Menu</button></div>",
        CHANGED,
    ),
    "closed by a link": (
        "<style>#box{display:none;position:fixed;top:9px}#box:target{display:block}</style>"
        "<a href='#box'>Open</a><div id=box><a href='#' id=m>Close</a></div><script>location.hash = 'box'</script>",
        CHANGED,
    ),
    "focus, dead": ("<style>button:focus{outline:1px solid}</style><button id=m>Press</button><p>text", DEAD),
    "link to what is in view, dead": ("<a id=m href='#box'>Open</a><div id=box>box</div>", DEAD),
    # Components.
    "another component": (
        part("x-cart", "open", "<b>0</b>") + "<div><x-cart></x-cart></div>"
        + press("document.querySelector('x-cart').say(1)"),
        CHANGED,
    ),
    "a component in a component": (
        part("x-in", "open", "<b>0</b>") + part("x-out", "open", "<div><x-in></x-in></div>") + "<x-out></x-out>"
        + press("document.querySelector('x-out').shadowRoot.querySelector('x-in').say(1)"),
        CHANGED,
    ),
    "own closed root": (part("x-like", "closed", "<button>Like</button><b>0</b>") + "<x-like id=m></x-like>", UNSEEN),
    "another closed root": (
        part("x-cart", "closed", "<b>0</b>") + "<x-cart></x-cart>" + press("document.querySelector('x-cart').say(1)"),
        UNSEEN,
    ),
    "a component elsewhere, dead": (
        part("x-cart", "open", "<b>0</b>") + "<x-cart></x-cart><x-plain>text</x-plain>" + press(""), DEAD,
    ),
    "word slotted into a closed root": (
        part("x-like", "closed", "<button><slot></slot></button><b>0</b>")
        + "<x-like><i id=m>Like</i></x-like>", UNSEEN,
    ),
    "component without a root, as in Angular, dead": (
        "<app-root><app-card id=m>Card</app-card><app-empty></app-empty></app-root>", DEAD,
    ),
    "class in another component": (
        part("x-cart", "open", "<b>0</b>") + "<x-cart></x-cart>"
        + press("document.querySelector('x-cart').shadowRoot.querySelector('b').className = 'full'"), CHANGED,
    ),
    "popover in a component": (
        part("x-menu", "open", "<p popover>menu</p><b>0</b>") + "<x-menu></x-menu>"
        + press("document.querySelector('x-menu').shadowRoot.querySelector('p').showPopover()"), CHANGED,
    ),
    # Style sheets.
    "adopted sheet": (
        press("const s = new CSSStyleSheet(); s.replaceSync('p{color:red}'); document.adoptedStyleSheets.push(s)")
        + "<p>p",
        CHANGED,
    ),
    "sheet switched off": (press("look.disabled = true") + "<style id=look>p{color:red}</style><p>p", CHANGED),
    # Frames.
    "link into a frame": ("<a id=m href='/inner' target=view>2</a>"
        "<iframe name=view onload='window.loaded = this.contentDocument.title'></iframe>", CHANGED),
    "script in a frame": (
        press("f.contentDocument.getElementById('o').textContent = 'new'")
        + "<iframe id=f srcdoc='<p id=o>old'></iframe>",
        CHANGED,
    ),
    "frame, dead": (press("") + "<iframe id=f srcdoc='<p id=o>old'></iframe>", DEAD),
    # What is drawn and played.
    "animation": (
        press("s.animate([{left: 0}, {left: '9px'}], {duration: 300, fill: 'forwards'})") + "<p id=s>slide", CHANGED,
    ),
    "animation later": (press("setTimeout(() => s.animate([{opacity: 0}, {opacity: 1}], 300), 300)")
        + "<p id=s>s", CHANGED),
    "view transition": (
        press("document.startViewTransition(() => { s.hidden = true })") + "<p id=s>s", CHANGED,
    ),
    "animation of its own, dead": (
        press("")
        + "<p id=s>s<script>s.animate([{opacity: 0}, {opacity: 1}], {duration: 900, iterations: Infinity})</script>",
        DEAD,
    ),
    "transition under the pointer, dead": (
        "<style>button{transition:.4s}button:active{transform:scale(.9)}"
        "button:hover b{color:red;transition:.3s}</style>"
        "<button id=m><b>Press</b></button><p>text", DEAD,
    ),
    "canvas": (press("c.getContext('2d').fillRect(0, 0, 50, 50)") + "<canvas id=c></canvas>", UNSEEN),
    "canvas behind the page": (
        "<style>canvas{position:fixed;inset:0;width:100%;height:100%}section{position:relative;float:left}</style>"
        "<canvas id=c></canvas><main>" + "<section>" * 6 + press("") + "</section>" * 6 + "</main>", UNSEEN,
    ),
    "canvas elsewhere in view": (
        "<main>" + "<section>" * 6 + press("") + "</section>" * 6 + "</main><canvas id=c style='float:right'></canvas>",
        UNSEEN,
    ),
    "canvas out of view, dead": (press("") + "<p style='height:3000px'></p><canvas id=c></canvas>", DEAD),
    "hidden canvas, dead": (press("") + "<canvas style='opacity:0'></canvas><canvas hidden></canvas>", DEAD),
    "canvas and ticker": (
        press("c.getContext('2d').fillRect(0, 0, 50, 50)")
        + "<canvas id=c></canvas><p id=now>0<script>setInterval(() => { now.textContent += 1 }, 90)</script>", UNSEEN,
    ),
    "canvas in a component": (part("x-map", "open", "<canvas></canvas><b>0</b>")
        + "<x-map></x-map>" + press(""), UNSEEN),
    "video": (
        press("v.muted = !v.muted") + "<video id=v onvolumechange='window.heard = 1'></video>", CHANGED,
    ),
    # A head that changes is not seen.
    "head, dead": (press("document.head.append(document.createElement('meta'))"), DEAD),
}  # fmt: skip
# What does not wait for the page's clock.
BY_THE_BROWSER = {
    "link into a frame": "window.loaded",
    "popover": "window.menu.matches(':popover-open')",
    "target": "box.matches(':target')",
    "video": "window.heard",
}


@pytest.mark.parametrize("name", CASES)
def test_effect(bench: Bench, page: Page, name: str) -> None:
    body, effect = CASES[name]
    bench.page("/inner", "inner", snippet="")
    stop_clock(page)
    page.goto(bench.page("/effects", body))
    page.clock.run_for(500)
    page.click("#m", no_wait_after=True)
    if name in BY_THE_BROWSER:
        page.wait_for_function(BY_THE_BROWSER[name])
    page.clock.run_for(7_000)
    bench.leave(page)
    (click,) = clicks(bench.wait(clicks))
    assert (UNSEEN if (click["r"], click["d"]) == (0, UNSEEN_MS // 10) else click["r"]) == effect
