"""Pages with difficulties seen on real sites. PORT is the server's port."""

from __future__ import annotations

_HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A page</title>'
    "<style>section{height:900px}#a{background:red}#b{background:green}#c{background:blue}main{background:yellow}"
)


def _page(body: str, style: str = "", script: str = "") -> str:
    script = f"<script>{script}</script>" if script else ""
    return f"<!doctype html><html><head>{_HEAD}{style}</style></head><body>{body}{script}</body></html>"


def _quirks(body: str, style: str) -> str:
    return f"<html><head><title>Old</title><style>{style}</style></head><body>{body}</body></html>"


_SECTIONS = '<section id="a">One</section><section id="b">Two</section><section id="c">Three</section>'
_LAZY = (
    '<div id="lazy" style="height:200px"></div>'
    "<script>new IntersectionObserver((all) => all.forEach((e) => {"
    "if (e.isIntersecting) lazy.style.background = 'magenta'})).observe(lazy)</script>"
)
_HERO = '<div style="height:100%;background:black">Hero</div>'

_SCROLLERS = {
    "/body-scrolls": _page(_SECTIONS + _LAZY, "html,body{height:100%;overflow-x:hidden;margin:0}"),
    "/body-auto": _page(
        _HERO + _SECTIONS + _LAZY, "html{overflow:hidden;height:100%}body{margin:0;overflow:auto;height:100vh}"
    ),
    "/body-fixed": _page(_SECTIONS + _LAZY, "html{overflow:hidden}body{margin:0;position:fixed;inset:0;overflow:auto}"),
    "/body-contained": _page(
        _SECTIONS + _LAZY, "html{height:100%}body{margin:0;height:100%;overflow:auto;contain:content}"
    ),
    "/quirks": _quirks(
        '<p style="height:3000px;margin:0;background:red">tall</p>',
        "html{overflow-y:scroll}body{overflow-x:hidden;margin:0}",
    ),
    "/quirks-body": _quirks(
        '<p style="height:3000px;margin:0;background:red">tall</p>', "html,body{height:100%;overflow:auto;margin:0}"
    ),
    "/app-shell": _page(f'<div id="root">{_SECTIONS}</div>', "body{margin:0}#root{height:100vh;overflow:auto}"),
    "/app-in-root": _page(
        "<x-app></x-app>",
        "body{margin:0}",
        "document.querySelector('x-app').attachShadow({mode: 'open'}).innerHTML = '<div style=\"position:fixed;inset:0;"
        'overflow-y:scroll"><p style="height:3000px;margin:0;background:red">tall</p></div>\'',
    ),
    "/frameset": '<html><head><title>Frames</title></head><frameset rows="100,*"><frame src="/plain">'
    '<frame src="/hero">'
    "</frameset></html>",
    "/frames-short": '<html><head><title>Frames</title></head><frameset cols="30%,*"><frame src="/plain">'
    '<frameset rows="50%,*"><frame src="/plain"><frame src="/keys"></frameset></frameset></html>',
}

_TEXT = "<p>We use cookies to sell more.</p>"
_BAR = "position:fixed;left:0;right:0;bottom:0;height:400px;background:red"
_MAIN = '<main style="height:2000px">Read on</main>'


def _in_root(inside: str, host: str = "<x-host></x-host>", mode: str = "open", late: int = 0) -> str:
    fill = f"root.innerHTML = `{inside}`"
    later = f"setTimeout(() => {{{fill}}}, {late})" if late else fill
    attach = f"const root = document.querySelector('x-host').attachShadow({{mode: '{mode}'}})"
    return f"{host}<script>{{{attach}; {later}}}</script>"


_BANNERS = {
    "/banner-in-root": _page(_MAIN + _in_root(f'<div style="{_BAR}">{_TEXT}<button>Accept all</button></div>')),
    "/banner-slotted": _page(
        _MAIN
        + _in_root(
            f'<div style="{_BAR}"><slot></slot></div>'
            '<div style="position:fixed;inset:0;z-index:9;background:rgba(0,0,0,.7)"></div>',
            f"<x-host>{_TEXT}<button>Reject</button></x-host>",
        )
    ),
    "/banner-nested": _page(
        _MAIN
        + _in_root(f"<style>:host{{{_BAR}}}</style><x-inner></x-inner>")
        + "<script>document.querySelector('x-host').shadowRoot.querySelector('x-inner').attachShadow({mode: 'open'})"
        f".innerHTML = '{_TEXT}<button>OK</button>'</script>"
    ),
    "/banner-frame": _page(
        f'{_MAIN}<iframe style="{_BAR};width:100%;border:0" srcdoc="{_TEXT}<button>Accept</button>"></iframe>'
    ),
    "/bar-in-root": _page(
        _MAIN
        + _in_root(
            '<header><div id="bar" style="position:fixed;inset:0 0 auto;height:200px;background:red">Cookies and cakes '
            '<a href="/a">Accept orders</a></div></header>'
        )
    ),
}

_WORDS = "<h1>Hello</h1><p style='height:1500px;margin:0;background:green'>from inside</p>"
_LATE = "setTimeout(() => {app.innerHTML = `" + _WORDS + "`}, %d)"

_LATE_PAGES = {
    "/closed-root": _page(_in_root(_WORDS, mode="closed")),
    "/closed-root-of-one-colour": _page(
        _in_root("<div style='height:100vh;background:green'></div>", mode="closed"), "body{margin:0}"
    ),
    "/closed-root-late": _page(_in_root(_WORDS, mode="closed", late=1500)),
    "/open-root-late": _page(_in_root(_WORDS, late=1500)),
    "/late-900": _page('<div id="app"></div>', script=_LATE % 900),
    "/late-3000": _page('<div id="app"></div>', script=_LATE % 3000),
    "/painted-nothing": _page("<div></div>", "body{background:yellow}"),
}

_KEY = "abcdefghijkl"


def _with_script(address: str, attributes: str = f'data-site="{_KEY}"', more: str = "") -> str:
    return _page(f'<h1>Shop</h1><script defer src="{address}" {attributes}></script>{more}')


_SCRIPTS = {
    "/own-script": _with_script("http://other.test:PORT/parcours.js"),
    "/own-script-renamed": _with_script("http://other.test:PORT/files/visits.js"),
    "/own-script-secure": _with_script("https://other.test/parcours.js"),
    "/own-script-by-key": _with_script(f"http://other.test:PORT/files/parcours.js?site={_KEY}", ""),
    "/own-script-loaded": _page(
        "<h1>Shop</h1>",
        script="const one = document.createElement('script'); one.src = 'http://other.test:PORT/parcours.js';"
        f"one.dataset.site = '{_KEY}'; document.head.append(one); one.remove()",
    ),
    "/other-script": _with_script("http://other.test:PORT/widget.js", ""),
    "/other-script-named-alike": _with_script("http://other.test:PORT/js/parcours.js", 'data-site="lyon"'),
    "/own-script-and-other": _with_script(
        "http://other.test:PORT/parcours.js", more='<script src="http://other.test:PORT/widget.js"></script>'
    ),
}

_SLIDES = "".join(f'<div class="slide"><h2>Slide {n}</h2></div>' for n in range(3))
_WHEEL = (
    "let n = 0; addEventListener('wheel', () => {n = Math.min(2, n + 1);"
    "deck.style.transform = `translateY(${-100 * n}vh)`})"
)
_LOCK = "html,body{margin:0;height:100%;overflow:hidden}.slide{height:100vh;background:red}"

_INSIDE = {
    "/by-transform": _page(f'<div id="deck">{_SLIDES}</div>', _LOCK, _WHEEL),
    "/by-slides": _page(
        f'<div id="deck">{_SLIDES}</div>',
        "body{margin:0}#deck{position:relative;height:100vh;overflow:hidden}.slide{position:absolute;inset:0}"
        ".slide:nth-child(2){transform:translateY(100%)}.slide:nth-child(3){transform:translateY(200%)}",
    ),
    "/by-slides-sideways": _page(
        f'<div id="deck">{_SLIDES}</div>',
        "body{margin:0;overflow:hidden}#deck{display:flex;width:300vw}.slide{width:100vw;height:100vh}",
    ),
    "/by-moved-container": _page(
        f'<div id="deck">{_SLIDES}</div>',
        "html{overflow:hidden}body{margin:0}#deck{transform:translate3d(0,0,0)}.slide{height:100vh}",
    ),
    "/one-screen": _page(
        '<div class="hero"><h1>Hello</h1><div class="strip"><p>One</p><p>Two</p><p>Three</p></div></div>',
        "body{margin:0}.hero{height:100vh;overflow:hidden}.strip{display:flex;width:300vw;height:200px}p{width:100vw}",
    ),
}

FIELD_PAGES = _SCROLLERS | _BANNERS | _LATE_PAGES | _SCRIPTS | _INSIDE
