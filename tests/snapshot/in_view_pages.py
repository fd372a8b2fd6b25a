"""Pages with content that is shown only while it is in view: a green block at y 920 to 1320, a blue one at 1840."""

from __future__ import annotations

_TOGGLE = "e.target.classList.toggle('on', e.isIntersecting)"


def _observed(do: str, options: str = "") -> str:
    return (
        f"const seen = new IntersectionObserver((all) => all.forEach((e) => {{{do}}}), {{{options}}});"
        "document.querySelectorAll('.r').forEach((e) => seen.observe(e))"
    )


def _page(script: str, hidden: str = "", shown: str = "", inside: str = "words", style: str = "") -> str:
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>A page</title><style>body{margin:0}'
        f".r{{height:400px;margin:100px 0 520px;{hidden}}}.r.on{{{shown}}}.green{{background:green}}"
        f".blue{{background:blue}}{style}</style></head><body><div style='height:820px'>top</div>"
        f"<div class='r green'>{inside}</div><div class='r blue'>{inside}</div><script>{script}</script></body></html>"
    )


_FADE = "opacity:0;transform:translateX(-200px);transition:all .5s .2s"
_INLINE = (
    "const t = e.target; cancelAnimationFrame(t.frame); const step = () => {"
    "const goal = e.isIntersecting ? 1 : 0, now = +t.style.opacity; const next = now + Math.sign(goal - now) * .1;"
    "t.style.opacity = next.toFixed(1); t.style.transform = `translateY(${80 - 80 * next}px)`;"
    "if (t.style.opacity != goal) t.frame = requestAnimationFrame(step)}; setTimeout(step, 150)"
)
_ANIMATE = "e.target.animate({opacity: e.isIntersecting ? [0, 1] : [1, 0]}, {duration: 500, delay: 200, fill: 'both'})"
_SCROLLED = (
    "addEventListener('scroll', () => document.querySelectorAll('.r').forEach((e) => {"
    "const {top, bottom} = e.getBoundingClientRect(); e.classList.toggle('on', top < innerHeight * .8 && bottom > 0)}))"
)
_IN_ROOT = (
    "for (const e of document.querySelectorAll('.r')) {const root = e.attachShadow({mode: 'open'});"
    "root.innerHTML = '<style>:host{background:none!important}p{height:400px;margin:0;opacity:0}.on{opacity:1}</style>'"
    " + `<p class=r style=\"background:${e.classList[1]}\">words</p>`; const p = root.querySelector('p');"
    "new IntersectionObserver(([e]) => p.classList.toggle('on', e.isIntersecting)).observe(p)}"
)
_VIEW = "animation:in linear both;animation-timeline:view();"

IN_VIEW_PAGES = {
    "/in-view-toggle": _page(_observed(_TOGGLE), "opacity:0", "opacity:1"),
    "/in-view-fade": _page(_observed(_TOGGLE), _FADE, "opacity:1;transform:none"),
    "/in-view-middle": _page(_observed(_TOGGLE, "threshold: .5, rootMargin: '-15% 0px'"), "opacity:0", "opacity:1"),
    "/in-view-visibility": _page(_observed(_TOGGLE), "visibility:hidden", "visibility:visible"),
    "/in-view-clip": _page(_observed(_TOGGLE), "clip-path:inset(0 0 100% 0)", "clip-path:none"),
    "/in-view-scale": _page(_observed(_TOGGLE), "transform:scale(0)", "transform:none"),
    "/in-view-inline": _page(_observed(_INLINE), "opacity:0"),
    "/in-view-animate": _page(_observed(_ANIMATE), "opacity:0"),
    "/in-view-scrolled": _page(_SCROLLED, "opacity:0", "opacity:1"),
    "/in-view-in-root": _page(_IN_ROOT),
    "/in-view-timeline": _page(
        "", _VIEW + "animation-range:entry 0% cover 40%", style="@keyframes in{from{opacity:0}to{opacity:1}}"
    ),
    "/in-view-timeline-exit": _page(
        "", _VIEW + "animation-range:exit 0% exit 100%", style="@keyframes in{from{opacity:1}to{opacity:0}}"
    ),
    "/in-view-content-visibility": _page(
        "", "content-visibility:auto;contain-intrinsic-size:auto 400px", inside="<p>words</p>"
    ),
    "/in-view-colour": _page(_observed(_TOGGLE), style=".r:not(.on){background:white!important;color:white}"),
    "/in-view-words": _page(
        _observed("e.target.innerHTML = e.isIntersecting ? '<h2>Words</h2><p>and more</p>' : ''"),
        "background:none!important",
    ),
    "/in-view-canvas": _page(
        "const draw = (e) => {const to = e.target.firstChild.getContext('2d'); to.fillStyle = 'red';"
        "to.clearRect(0, 0, 600, 300); if (e.isIntersecting) to.fillRect(0, 0, 600, 300)};" + _observed("draw(e)"),
        "background:none!important",
        inside="<canvas width=600 height=300></canvas>",
    ),
    # A slide show, a parallax picture and a menu that appears when the page is scrolled are no such content.
    "/in-view-others": _page(
        "let n = 0; setInterval(() => {n++; document.querySelectorAll('.slide').forEach((e, at) => {"
        "e.style.opacity = (n + at) % 2})}, 300); addEventListener('scroll', () => {"
        "menu.style.opacity = +(scrollY > 300); far.style.transform = `translateY(${scrollY / 10}px)`})",
        inside="words",
        style=".slide{position:absolute;inset:0}",
    ).replace(
        "top</div>",
        '<p id="menu" style="position:fixed;top:100px;height:100px;width:100%;margin:0;background:red;'
        'opacity:0">Menu</p>'
        '</div><div style="position:absolute;top:1400px;width:100%;height:300px"><p class="slide" '
        'style="background:black">One</p><p class="slide" style="background:yellow;opacity:0">Two</p></div>'
        '<p id="far" style="position:absolute;top:2300px;height:100px;width:100%;background:magenta">Far</p>',
    ),
}
