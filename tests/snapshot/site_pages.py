"""The pages of the local site, each made for one difficulty. PORT is the server's port."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image


def _png(name: str, size: tuple[int, int] = (40, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, name).save(out, "PNG")
    return out.getvalue()


def _page(body: str, style: str = "", title: str = "A page", head: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title>{head}<style>body{{margin:0;background:white}}{style}</style></head>"
        f"<body>{body}</body></html>"
    )


_SPACER = '<div style="height:3000px"></div>'
_IMAGE = 'style="display:block;width:400px;height:200px"'

PAGES = {
    "/plain": _page('<main><h1 id="title">Lamps</h1><p>Light for all rooms.</p></main>', title="Plain & simple"),
    "/lazy": _page(
        f'{_SPACER}<img id="native" loading="lazy" src="/green.png" {_IMAGE}>{_SPACER}'
        f'<img id="scripted" data-src="/blue.png" {_IMAGE}>{_SPACER}'
        '<div id="reveal" style="height:200px;background:red;opacity:0;transition:opacity .4s"></div>'
        "<script>new IntersectionObserver((all) => all.forEach((e) => {"
        "if (!e.isIntersecting) return; if (e.target.id === 'scripted') e.target.src = e.target.dataset.src;"
        "else e.target.style.opacity = 1})).observe(scripted);"
        "new IntersectionObserver((all) => all.forEach((e) => {"
        "if (e.isIntersecting) e.target.style.opacity = 1})).observe(reveal)</script>"
    ),
    "/broken": _page('<p>One image is missing.</p><img src="/nothing.png"><img src="/green.png">'),
    "/hero": _page(
        '<section id="hero"></section><section id="rest"></section>',
        "#hero{height:100vh;background:red}#rest{height:3000px;background:green}",
    ),
    "/sticky": _page(
        '<div id="bar">Shop</div><div id="long">text</div><div id="chat">chat</div>',
        "#bar{position:sticky;top:0;height:60px;background:black}#long{height:6000px;background:yellow}"
        "#chat{position:fixed;right:0;bottom:0;width:200px;height:50px;background:blue}",
    ),
    "/banner": _page(
        '<header id="top" style="position:sticky;top:0;height:40px;background:green">'
        '<a href="/c">Cookie policy</a></header>'
        '<main id="main" style="height:2000px;background:yellow">Read on</main>'
        '<div id="ask" style="position:fixed;inset:auto 0 0 0;height:300px;background:red">We use cookies to sell more.'
        "<button>Accept all</button><button>Reject</button></div>"
        '<div id="sheet" style="position:fixed;inset:0;z-index:9;background:rgba(0,0,0,.7)"></div>',
        "html,body{overflow:hidden;height:100%}",
    ),
    "/platform": _page(
        '<main style="height:900px;background:yellow">Read on</main>'
        '<div id="onetrust-consent-sdk"><div style="position:fixed;inset:0;background:red">Privacy</div></div>'
    ),
    "/cookie-shop": _page(
        '<nav id="bar" style="position:fixed;top:0;width:100%;height:200px;background:red">Cookies and cakes '
        "<a href=/a>Accept orders</a></nav><main style=height:900px>x</main>"
    ),
    "/restless": _page(
        '<p id="count">0</p><div style="height:1500px;background:green"></div>'
        "<script>(async () => {for (let n = 0; ; n++) {"
        "await fetch('/tick').catch(() => {}); count.textContent = n}})()</script>"
    ),
    "/tall": _page(
        "".join(
            f'<div id="part{n}" style="height:1000px;background:{"green" if n % 2 else "red"}"></div>'
            for n in range(25)
        )
    ),
    "/endless": _page(
        '<div id="feed"><p>first</p></div>',
        "#feed>*{height:900px;background:green;margin:0 0 8px}",
        head="<script>addEventListener('scroll', () => {for (let n = 0; n < 25; n++)"
        " feed.append(document.createElement('p'))})</script>",
    ).replace("<p>first</p>", "<p>first</p><p>second</p>"),
    "/panel": _page(
        '<div id="panel"><div id="inside">top</div><div id="below">below</div></div>',
        "#panel{height:100vh;overflow:auto;background:green}#inside{height:700px}#below{height:4000px;background:red}",
    ),
    "/moving": _page(
        '<div id="slide"></div><div id="spin"></div><div id="grow"></div>',
        "#slide{width:100px;height:100px;background:red;position:absolute;left:0;top:0}"
        "#spin{position:absolute;top:200px;width:100px;height:100px;background:blue;animation:go .3s infinite linear}"
        "#grow{position:absolute;top:400px;width:100px;height:100px;background:green;animation:come 60s both linear}"
        "@keyframes go{to{transform:translateX(900px)}}@keyframes come{from{opacity:0}to{opacity:1}}",
    ).replace(
        "</body>",
        "<script>let at = 0; setInterval(() => {at = (at + 40) % 1000; slide.style.left = at + 'px'}, 5)</script>"
        "</body>",
    ),
    "/no-viewport-tag": "<!doctype html><title>Old</title><body style='margin:0'><div style='width:980px;height:300px;"
    "background:green'>old page</div></body>",
    "/wide": _page('<div id="wide" style="width:900px;height:300px;background:green">wide</div><p>text</p>'),
    "/tracked": _page(
        '<main><h1>Tracked</h1><button id="buy">Buy</button><ul><li>one</li><li><a href="#two">two</a></li></ul></main>'
        "<script>const send = () => navigator.sendBeacon('/c/" + "abcdefghijkl" + "', 'x');"
        "send(); fetch('/c/abcdefghijkl', {method: 'POST', body: 'x', keepalive: true});"
        "addEventListener('pagehide', send); addEventListener('visibilitychange', send)</script>"
    ),
    "/keys": _page(
        '<header><a href="/a">Home</a></header><main id="shop"><h1>Lamps</h1><ul>'
        + "".join(f'<li><a href="/l{n}">Lamp {n}</a> <button data-testid="add{n}">Add</button></li>' for n in range(5))
        + '</ul><img loading="lazy" src="/green.png" style="width:200px;height:100px">'
        '<p class="css-1x2y3z note">Note</p></main>'
        '<div id="host"></div><script>host.attachShadow({mode: "open"}).innerHTML = "<button>Shadow</button>"</script>',
        head='<script defer src="/parcours.js" data-site="abcdefghijkl"></script>'
        "<script>addEventListener('click', (event) => event.preventDefault())</script>",
    ),
    "/leaks": _page(
        '<p>Has a picture of a neighbour.</p><img src="http://other.test:PORT/green.png">'
        "<script>fetch('/to/other.test/secret').catch(() => {});"
        "fetch('http://other.test:PORT/direct').catch(() => {});"
        "try {new WebSocket('ws://other.test:PORT/socket')} catch {}</script>"
    ),
    "/jumps": _page("<p>Going.</p><script>location.href = 'http://other.test:PORT/plain'</script>"),
    "/popup": _page("<p>Here.</p><script>open('/plain')</script>"),
    "/busy": _page(
        "<p>Never again.</p><script>addEventListener('load', () => setTimeout(() => {for (;;);}, 50))</script>"
    ),
    "/menus": _page(
        '<nav id="css"><ul><li id="lamps">Lamps<ul id="sub"><li><a id="table" href="/table">Table</a></li></ul></li>'
        '</ul></nav><button id="show">Menu</button><div id="menu" hidden><a id="entry" href="/a">Entry</a></div>'
        '<main style="height:3000px">Read on</main>'
        '<nav id="low"><span id="more">More</span><div id="shelf"><a id="book" href="/b">Book</a></div></nav>'
        '<div style="height:600px"></div>',
        "ul{list-style:none;margin:0;padding:0}#lamps,#low,#more{width:200px;height:40px;background:green}"
        "#sub,#shelf{display:none;background:red;height:40px;width:200px}"
        "#lamps:hover #sub,#low:hover #shelf{display:block}#table,#book{display:block;height:40px}"
        "#entry{display:block;height:50px;width:300px;background:blue}"
        "#css,#low{height:100px;position:relative}",
    ).replace(
        "</body>",
        "<script>show.onmouseenter = () => {menu.hidden = false};"
        "show.onmouseleave = () => {menu.hidden = true}</script></body>",
    ),
    "/routes": _page('<div id="app"></div>', "#app{height:300px}").replace(
        "</body>",
        "<script>const go = () => {const b = location.hash === '#/b'; app.style.background = b ? 'green' : 'red';"
        "app.innerHTML = b ? '<button id=buy>Buy</button>' : '<button id=watch>Watch</button>'};"
        "if (!location.hash) location.hash = '/'; addEventListener('hashchange', go); go()</script></body>",
    ),
    "/states": _page(
        '<button id="ask">Delivery</button> <button id="late">Soon</button>'
        '<dialog id="box" style="width:400px;height:300px"><button id="inside">In the dialog</button></dialog>'
        '<div role="tablist"><button id="tab1">One</button><button id="tab2">Two</button></div>'
        '<section id="first">first</section><section id="second" hidden><button id="buy">Buy</button></section>'
        '<div id="frame"><div id="track"><div id="slide1"><a id="one" href="#1">1</a></div>'
        '<div id="slide2"><a id="two" href="#2">2</a></div></div></div><button id="next">Next</button>'
        '<div id="panel"><div style="height:1000px;background:yellow">top</div>'
        '<button id="deep" style="display:block;height:50px;width:100%">deep</button>'
        '<div style="height:500px"></div></div>'
        '<div id="row"><div><p style="width:2000px">wide</p></div></div>'
        '<div id="strip"><i></i><button id="end">End</button></div>'
        '<p id="gone" style="display:none">gone</p><div style="position:relative"><button id="under">Under</button>'
        '<div id="sheet" class="over all" style="position:absolute;inset:0;background:black"></div></div>'
        '<a id="away" href="/plain">Away</a><form action="/plain" method="post"><button id="send">Send</button></form>'
        '<a id="new" href="/plain" target="_blank">New</a><button id="push">Push</button>'
        '<button id="slow">Later</button><a id="hash" href="#second">Hash</a><button id="again">Again</button>'
        '<div id="host"></div>'
        '<iframe id="inner" srcdoc="<button id=framed>Framed</button>" width=300 height=80></iframe>'
        '<p id="said"></p>',
        "#frame{width:400px;overflow:hidden}#track{display:flex;width:800px;transition:transform .5s}"
        "#track>*{width:400px;height:60px}#panel{height:200px;width:300px;overflow:auto}"
        "#strip{width:300px;height:60px;overflow-x:auto;white-space:nowrap}#strip i{display:inline-block;width:900px}",
    ).replace(
        "</body>",
        "<script>const on = (id, act) => {document.getElementById(id).onclick = act};"
        "on('ask', () => box.showModal()); on('late', () => setTimeout(() => {said.textContent = 'late';"
        "said.className = 'came'}, 400)); on('tab2', () => {first.hidden = true; second.hidden = false});"
        "on('next', () => {track.style.transform = 'translateX(-400px)'});"
        "on('push', () => history.pushState({}, '', '/elsewhere')); on('again', () => location.reload());"
        "on('slow', () => setTimeout(() => {location.href = '/plain'}, 150));"
        "host.attachShadow({mode: 'open'}).innerHTML = '<button id=shady>Shady</button>';"
        "const say = (word) => () => {said.textContent = word; said.className = word};"
        "host.shadowRoot.querySelector('button').onclick = say('shade');"
        "inner.onload = () => {inner.contentDocument.querySelector('button').onclick = say('framed')}"
        "</script></body>",
    ),
    "/blank": _page("<div></div>"),
    "/login": _page("<form><input name=user><button>Sign in</button></form>"),
    "/old": _page("<p>old</p>", head='<meta http-equiv="refresh" content="0; url=/login">'),
}

_DIST = Path(__file__).resolve().parents[2] / "tracker_js" / "dist"
FILES: dict[str, tuple[Any, ...]] = {
    "/green.png": ("image/png", _png("green")),
    "/blue.png": ("image/png", _png("blue")),
    "/parcours.js": ("text/javascript", (_DIST / "parcours.js").read_bytes()),
    "/tick": ("text/plain", b"tick"),
    "/secret": ("text/plain", b"secret"),
    "/direct": ("text/plain", b"secret"),
    "/list.json": ("application/json", b"{}"),
    "/file.zip": ("application/zip", b"PK", {"Content_Disposition": "attachment; filename=file.zip"}),
}
