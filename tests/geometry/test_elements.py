"""Elements of every kind: a click at one width is drawn in the box of the same element at another width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.geometry.travel import NEAR, STILL, Setup, all_right, sent_where_pressed, travel
from tests.tracker.bench import Bench

GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
LOREM = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore. " * 4
HEBREW = "שלום עולם, זהו טקסט ארוך מאוד שנשבר לשורות רבות ברוחב צר של מסך קטן. " * 5

# name → (page, what is clicked)
CASES: dict[str, tuple[str, list[str]]] = {
    "words in a broken link": (f"<p>Before <a href='#x'>{LOREM}<b>bold words</b> {LOREM}</a></p>", ["a", "b"]),
    "display contents": (
        "<div style='display:contents'><p id='text'>A</p></div><section style='padding:20px'>"
        "<button style='display:contents'>Press here</button></section>",
        ["#text", "section"],
    ),
    "negative margins": (
        "<div style='height:100px'>a</div><p id='up' style='margin:-60px 0 0 40px;width:50%;background:#ccc'>up</p>",
        ["#up"],
    ),
    "absolute children outside their parent": (
        "<div style='position:relative;width:50px;height:50px'><a href='#x' style='position:absolute;"
        "left:120px;top:90px;width:80px;height:30px;background:#ccc'>out</a></div><div style='height:200px'></div>",
        ["a"],
    ),
    "a link without a size, its picture overflows": (
        f"<a href='#x' style='display:block;width:0;height:0'><img src='{GIF}' width='80' height='60'></a>"
        "<div style='height:200px'></div>",
        ["img"],
    ),
    "floats in a link without height": (
        "<a href='#x'><span style='float:left;width:30%;height:80px;background:#ccc'>one</span>"
        "<span style='float:left;width:40%;height:50px;background:#ddd'>two</span></a>",
        ["a span:nth-child(1)", "a span:nth-child(2)"],
    ),
    "blocks in a link": (f"<a href='#x'>one <div id='in'>block</div> two {LOREM}</a>", ["a", "#in"]),
    "tables with a caption": (
        "<table style='width:80%' border=1><caption>The caption</caption><tr><td id='cell'>x<td>y</table>",
        ["caption", "#cell"],
    ),
    "transforms in transforms": (
        "<div style='transform:scale(.7);transform-origin:0 0'><div style='transform:rotate(20deg);"
        "margin:60px;width:60%'><button style='width:50%;height:40px'>Turn</button></div></div>",
        ["button"],
    ),
    "zoom": (
        "<div style='zoom:1.7'><p id='in' style='width:50%'>zoomed <i>words</i></p></div><p id='after'>after</p>",
        ["#in", "i", "#after"],
    ),
    "taller than 20,000 px": (
        "<div id='tall' style='height:30000px'>tall</div><p id='low'>low</p>",
        ["#tall"],
    ),
    "canvas, video, object, embed": (
        "<canvas style='width:60%;height:90px;background:#ccc'></canvas><video style='width:50%;height:80px'></video>"
        "<object style='width:40%;height:60px;background:#ddd' type='x/y'></object>",
        ["canvas", "video"],
    ),
    "svg: links, groups, use, foreign pages": (
        "<svg width='60%' height='120' viewBox='0 0 300 120'><defs><g id='g'><rect width='40' height='40'/></g></defs>"
        "<g><g><a href='#x'><rect x='10' y='10' width='60' height='30'/></a></g></g><use href='#g' x='120'/>"
        "<foreignObject x='200' y='10' width='90' height='50'><button>In svg</button></foreignObject></svg>",
        ["svg a", "use", "button"],
    ),
    "chart": (
        "<figure><svg width='100%' height='150'>"
        + "".join(f"<rect x='{10 * i}%' y='{150 - 14 * i}' width='8%' height='{14 * i}'/>" for i in range(1, 10))
        + "</svg></figure>",
        ["rect:nth-of-type(3)", "rect:nth-of-type(8)"],
    ),
    "image map": (
        f"<p>{LOREM}<map name='m'><area shape='rect' coords='0,0,60,60' href='#a'>"
        f"<area shape='circle' coords='140,40,30' href='#b'></map></p>"
        f"<img usemap='#m' width='200' height='80' src='{GIF}'>",
        ["img"],
    ),
    "open shadow roots, slots": (
        "<x-outer><em>slotted</em><a slot='end' href='#x'>named slot</a></x-outer><script>"
        "customElements.define('x-inner', class extends HTMLElement { constructor() { super();"
        " this.attachShadow({mode: 'open'}).innerHTML = '<p>Inner <button>Deep</button></p><slot></slot>'; } });"
        "customElements.define('x-outer', class extends HTMLElement { constructor() { super();"
        " this.attachShadow({mode: 'open'}).innerHTML = '<div style=\"padding:10px\"><x-inner><slot></slot></x-inner>"
        "<footer><slot name=end></slot></footer></div>'; } });</script>",
        ["button", "em", "a"],
    ),
    "closed shadow root": (
        "<x-shut style='display:block;width:70%'></x-shut><script>customElements.define('x-shut', class "
        "extends HTMLElement { constructor() { super(); this.attachShadow({mode: 'closed'}).innerHTML = "
        "'<button>Shut in</button>'; } });"
        "</script>",
        ["x-shut"],
    ),
    "details": ("<details open><summary>More</summary><p id='more'>inside</p></details>", ["summary", "#more"]),
    "list boxes": (
        "<select size='4' style='width:60%'><option>one<option id='two'>two<optgroup label='g'><option>three</select>",
        ["#two"],
    ),
    "dialog": (
        "<p style='height:1500px'>under</p><dialog><p>Really?</p><button>Yes</button></dialog>"
        "<script>document.querySelector('dialog').showModal()</script>",
        ["dialog button", "dialog p"],
    ),
    "popover": (
        "<p style='height:900px;transform:scale(1)'><span id='pop' popover>Popped <u>up</u></span></p>"
        "<script>document.querySelector('#pop').showPopover()</script>",
        ["#pop", "u"],
    ),
    "columns of text": (
        f"<div style='columns:2;width:95%'><p id='broken'>{LOREM}</p><p id='other'>{LOREM}"
        f"<span>{LOREM}</span></p></div>",
        ["#broken", "span"],
    ),
    "columns from the right": (f"<div dir='rtl' style='columns:2'><p id='he'>{HEBREW}</p></div>", ["#he"]),
    "vertical writing": (
        f"<div style='writing-mode:vertical-rl;height:260px'><p>{LOREM}<a href='#x'>{LOREM}</a></p></div>",
        ["a"],
    ),
    "bidi text in one line": (
        "<p style='font-size:20px'>abc <b>latin שלום עולם latin</b> and <i>עולם abc שלום</i> more</p>",
        ["b", "i"],
    ),
    "content-visibility": (
        "<div style='content-visibility:auto;contain-intrinsic-size:300px'><p id='lazy'>words</p></div>"
        "<p id='end'>e</p>",
        ["#lazy", "#end"],
    ),
    "outside the body": (
        "<p>in</p><script>addEventListener('DOMContentLoaded', () => { const bar = document.createElement('x-bar');"
        " bar.textContent = 'Bar'; bar.style = 'display:block;height:40px'; "
        "document.documentElement.append(bar); })</script>",
        ["x-bar"],
    ),
    "a form whose fields hide its properties": (
        "<form><input name='id'><input name='parentElement'><input name='children'><input name='matches'>"
        "<input name='host'><button>Send</button></form>",
        ["button", "[name=host]"],
    ),
}  # fmt: skip


# Every second case goes from a wide window to a narrow one, the others back.
@pytest.mark.parametrize("name", CASES)
def test_drawn_in_the_box_of_the_same_element(bench: Bench, browser: Browser, name: str) -> None:
    body, aims = CASES[name]
    made, drawn = (1366, 390) if list(CASES).index(name) % 2 == 0 else (390, 1366)
    all_right(travel(bench, browser, body, aims, made, drawn))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_at_the_same_width_it_is_drawn_where_it_was_made(
    bench: Bench, browser: Browser, case: tuple[str, list[str]]
) -> None:
    body, aims = case
    for landing in travel(bench, browser, body, aims, 768, 768, setup=Setup(at=(0.8, 0.3))):
        x, y = landing.page
        assert landing.right, landing
        assert abs(landing.x - x) <= NEAR, landing
        assert abs(landing.y - y) <= NEAR, landing


@pytest.mark.parametrize(("made", "drawn"), [(1366, 390), (390, 1366)])
@pytest.mark.parametrize("factor", [1, 2])
def test_a_click_on_a_label_is_one_click_where_the_pointer_was(
    bench: Bench, browser: Browser, made: int, drawn: int, factor: int
) -> None:
    body = (
        "<form><label id='around' style='display:block;width:60%;padding:12px'><input type='checkbox'> Agree</label>"
        "<label for='far' id='named' style='display:inline-block;width:40%'>Name</label><input id='far'></form>"
    )
    context = {"device_scale_factor": factor}
    aims = ["#around", "#named", "#far", "#around input"]
    landings = travel(bench, browser, body, aims, made, drawn, setup=Setup(context=context))
    all_right(landings)
    sent_where_pressed(landings)
    assert [landing.path for landing in landings] == [
        "label#around",
        "label#named",
        "input#far",
        "label#around>input:1",
    ]


@pytest.mark.parametrize(("made", "drawn"), [(1366, 390), (390, 1366)])
def test_a_click_on_an_area_of_an_image_map_keeps_its_place_in_the_picture(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    body = (
        "<p>" + LOREM + "<map name='m'><area shape='rect' coords='0,0,60,60' href='#a'>"
        "<area shape='circle' coords='140,40,30' href='#b'></map></p>"
        f"<img usemap='#m' width='200' height='80' src='{GIF}'>"
    )
    for at in ((0.1, 0.3), (0.7, 0.5)):
        (landing,) = travel(bench, browser, body, ["img"], made, drawn, setup=Setup(at=at))
        all_right([landing])
        x, y, w, h = landing.boxes[0]
        assert ((landing.x - x) / w, (landing.y - y) / h) == pytest.approx(at, abs=0.02)


@pytest.mark.parametrize(("made", "drawn"), [(1366, 390), (390, 1366)])
@pytest.mark.parametrize("tag", ["canvas", "object", "embed"])
def test_clicks_on_drawn_content_keep_their_place_in_the_box(
    bench: Bench, browser: Browser, tag: str, made: int, drawn: int
) -> None:
    body = f"<{tag} id='it' type='x/y' style='display:block;width:60%;height:90px;background:#ccc'></{tag}>"
    (landing,) = travel(bench, browser, body, ["#it"], made, drawn, setup=Setup(at=(0.25, 0.75)))
    all_right([landing])
    x, y, w, h = landing.boxes[0]
    assert ((landing.x - x) / w, (landing.y - y) / h) == pytest.approx((0.25, 0.75), abs=0.01)


@pytest.mark.parametrize(("made", "drawn"), [(1366, 390), (390, 1366)])
def test_a_click_on_a_link_into_a_new_tab_belongs_to_its_own_page(
    bench: Bench, browser: Browser, made: int, drawn: int
) -> None:
    body = "<p>text <a href='about:blank' target='_blank' rel='opener'>out</a></p>"
    opened: list[object] = []

    def open_tab(page: Page) -> None:
        page.context.on("page", lambda tab: opened.append(tab))
        page.evaluate("document.querySelector('a').addEventListener('click', () => open('about:blank'))")

    (landing,) = travel(bench, browser, body, ["a"], made, drawn, setup=Setup(before=open_tab))
    all_right([landing])
    assert len(opened) == 1


_WORD = """() => {
  const text = document.querySelector('a').firstChild;
  const range = document.createRange();
  range.setStart(text, text.data.indexOf('נשבר'));
  range.setEnd(text, text.data.indexOf('נשבר') + 4);
  window.aim = range.getBoundingClientRect();
  return [aim.x, aim.y, aim.width, aim.height];
}"""


@pytest.mark.parametrize(("made", "drawn"), [(1366, 390), (390, 1366)])
def test_a_click_on_right_to_left_text_stays_on_its_word(bench: Bench, browser: Browser, made: int, drawn: int) -> None:
    """On one line at one width, wrapped at the other."""
    body = f"<p dir='rtl' style='font-size:24px'><a href='#x'>{HEBREW[: len(HEBREW) // 5]}</a></p>"
    (landing,) = travel(
        bench,
        browser,
        body,
        ["[aim]"],
        made,
        drawn,
        setup=Setup(before=lambda page: page.evaluate(_WORD), at=(0.5, 0.5)),
    )
    page = browser.new_page(viewport={"width": drawn, "height": 800})
    page.goto(bench.page("/geometry", STILL + body))
    x, y, w, h = page.evaluate(_WORD)
    page.close()
    assert x - w <= landing.x <= x + 2 * w
    assert y <= landing.y <= y + h
