"""A picture taken in the owner's own browser: the real snippet, the real server, a real Chromium."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from parcours.server_note import running_server
from tests.machine import CHROMIUM_ARGS
from tests.parcours.conftest import Served
from tests.parcours.processes import at_server
from tests.viewer.test_browser import CHROMIUM

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")

BODY = (
    '<header style="position:fixed;top:0;left:0;right:0;height:40px;background:#000">Shop</header>'
    '<main><div style="height:1000px;background:rgb(255,0,0)"></div>'
    '<h1 id="orders" style="margin:0;height:200px;background:rgb(0,0,255)">Your orders</h1>'
    '<div style="height:1300px;background:rgb(0,128,0)"></div></main>'
)


@dataclass
class Shop:
    """A shop with a cookie session and a snippet. `csp`: of its pages."""

    port: int = 0
    snippet: str = ""
    csp: str = ""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            inside = "session=yes" in self.headers.get("Cookie", "")
            away = self.path.startswith("/account") and not inside
            page = f'<!doctype html><meta charset="utf-8"><title>Orders</title>{shop.snippet}'
            body = f'{page}<body style="margin:0">{BODY if inside else "<form>Sign in</form>"}'.encode()
            self.send_response(302 if away else 200)
            if away:
                self.send_header("Location", "/login")
            if shop.csp:
                self.send_header("Content-Security-Policy", shop.csp)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


@pytest.fixture(scope="module")
def shop(served: Served) -> Iterator[Shop]:
    shop = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shop))
    server.daemon_threads = True
    shop.port = server.server_port
    data, _ = served
    made = at_server("site", "add", "Orders", "--domain", f"127.0.0.1:{shop.port}", "--json", data=data)
    shop.snippet = json.loads(made.stdout)["snippet"]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield shop
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        args = [*CHROMIUM_ARGS, "--auto-accept-this-tab-capture"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield browser
        browser.close()


@pytest.fixture
def signed_in(browser: Browser, shop: Shop) -> Iterator[BrowserContext]:
    """The owner's browser, signed in to the shop."""
    context = browser.new_context(viewport={"width": 1366, "height": 700})
    context.add_cookies([{"name": "session", "value": "yes", "url": shop.url("/")}])
    yield context
    context.close()


@dataclass(frozen=True)
class Api:
    address: str
    token: str

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.request(method, f"{self.address}/api/v1{path}", headers=headers, timeout=60, **given)

    def link(self, url: str, **more: Any) -> dict[str, Any]:
        made = self.request("POST", "/sites/Orders/own-browser", json={"url": url} | more)
        assert made.status_code == 201, made.text
        return dict(made.json())

    def arrived(self, link: dict[str, Any]) -> bool:
        return bool(self.request("GET", f"/sites/Orders/own-browser/{link['snapshot']}").json()["arrived"])

    def strip(self, link: dict[str, Any], site: str) -> Image.Image:
        path = f"{self.address}/sites/{site}/snapshots/{link['snapshot']}/0.webp"
        data = httpx.get(path, headers={"authorization": f"Bearer {self.token}"}).content
        return Image.open(io.BytesIO(data)).convert("RGB")

    def send(self, path: str, token: str, **given: Any) -> httpx.Response:
        headers = {"x-parcours-snapshot": token} | given.pop("headers", {})
        return httpx.post(f"{self.address}/own-browser/{path}", headers=headers, timeout=60, **given)


@pytest.fixture(scope="module")
def api(served: Served, shop: Shop) -> Api:
    data, address = served
    server = running_server(data)
    assert server
    return Api(address, server.token)


def site_of(api: Api) -> str:
    return str(api.request("GET", "/sites/Orders").json()["id"])


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return sum(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 40


def status_of(page: Page, *words: str) -> None:
    """Wait until the panel, which is in a closed shadow root, says these words."""
    for part in words:
        expect(page.get_by_text(part)).to_be_visible(timeout=30_000)


def choose(page: Page, picture: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture})


# Playwright cannot look into a closed shadow root, so the tests open it.
OPEN = "const attach = Element.prototype.attachShadow; Element.prototype.attachShadow = function (how) {"
OPEN += "return attach.call(this, {...how, mode: 'open'})}"


@pytest.fixture
def page(signed_in: BrowserContext) -> Page:
    signed_in.add_init_script(OPEN)
    return signed_in.new_page()


def test_the_tab_is_filmed_and_the_map_is_drawn_on_it(api: Api, shop: Shop, page: Page, tmp_path: Path,
                                                      served: Served) -> None:  # fmt: skip
    link = api.link(shop.url("/account/orders"))
    page.goto(link["link"])
    status_of(page, "Picture for Parcours, 1,366 px")
    page.get_by_role("button", name="Take the picture").click()
    status_of(page, "Parcours has the picture")
    assert api.arrived(link)
    listed = api.request("GET", "/sites/Orders/snapshots").json()["snapshots"]
    taken = next(one for one in listed if one["id"] == link["snapshot"])
    assert (taken["page"], taken["width"], taken["height"]) == (f"127.0.0.1:{shop.port}/account/orders", 1366, 2500)
    assert taken["warnings"] == ["Taken in somebody's own browser, so it may show more than visitors see."]
    strip = api.strip(link, site_of(api))
    assert strip.size == (1366, 2048)
    for y, colour in (
        (20, (0, 0, 0)),
        (500, (255, 0, 0)),
        (720, (255, 0, 0)),
        (1100, (0, 0, 255)),
        (1500, (0, 128, 0)),
    ):
        assert near(strip.getpixel((1000, y)), colour), y
    drawn = tmp_path / "map.json"
    done = at_server("heatmap", "Orders", shop.url("/account/orders"), "--width", "1366", "--kind", "click",
                     "--out", str(drawn), data=served[0])  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(drawn.read_text())["snapshot"]["id"] == link["snapshot"]


def test_a_screenshot_is_sent_and_a_link_is_good_for_one_picture(api: Api, shop: Shop, page: Page) -> None:
    link = api.link(shop.url("/account/sent"))
    page.goto(shop.url("/account/sent"))
    picture = page.screenshot(full_page=True)
    page.goto(link["link"])
    page.reload()
    status_of(page, "Picture for Parcours")
    choose(page, picture)
    status_of(page, "Parcours has the picture")
    assert near(api.strip(link, site_of(api)).getpixel((1000, 1100)), (0, 0, 255))
    page.reload()
    status_of(page, "This link was used already")


def test_a_screenshot_of_another_size_is_refused_with_its_figures(api: Api, shop: Shop, page: Page) -> None:
    page.goto(api.link(shop.url("/account/other"))["link"])
    out = io.BytesIO()
    Image.new("RGB", (1000, 2500)).save(out, "PNG")
    page.locator("input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": out.getvalue()}
    )
    status_of(page, "The picture is 1,000 px wide, but the page is 1,366 px")
    assert page.get_by_role("button", name="Send a screenshot").is_visible()


def test_the_page_and_its_window_must_be_those_of_the_link(api: Api, shop: Shop, page: Page) -> None:
    page.goto(api.link(shop.url("/account/x"), width=1024)["link"])
    status_of(page, "This window is 1,366 px wide, but the picture is for 1,024 px.")
    page.context.clear_cookies()
    page.goto(api.link(shop.url("/account/y"))["link"])
    status_of(page, "/login, but the picture is for")


def test_the_visit_is_not_counted(api: Api, shop: Shop, page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto(api.link(shop.url("/account/quiet"))["link"])
    status_of(page, "Picture for Parcours")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange')); parcours('event', 'bought')")
    page.goto("about:blank")
    assert [url for url in sent if "/own-browser/check" in url]
    assert [url for url in sent if "/c/" in url] == []


def test_a_strict_policy_that_allows_parcours_is_enough(api: Api, shop: Shop, page: Page, served: Served) -> None:
    shop.csp = f"default-src 'none'; script-src {served[1]}; connect-src {served[1]}; style-src-attr 'unsafe-inline'"
    try:
        link = api.link(shop.url("/account/strict"))
        page.goto(link["link"])
        status_of(page, "Picture for Parcours")
        page.get_by_role("button", name="Take the picture").click()
        status_of(page, "Parcours has the picture")
        assert api.arrived(link)
    finally:
        shop.csp = ""


LAYOUT = {"width": 1366, "height": 100, "viewportHeight": 700, "title": "x", "paths": ["html"], "fps": ["~"],
          "names": [""], "tags": ["html"], "parents": [-1], "control": [-1], "scroller": [-1], "lines": [[]], "x": [0],
          "y": [0], "w": [1], "h": [1], "visible": [True], "fixed": [False]}  # fmt: skip


def upload(api: Api, link: dict[str, Any], token: str | None = None, **more: Any) -> httpx.Response:
    out = io.BytesIO()
    Image.new("RGB", (1366, 100)).save(out, "PNG")
    url = link["link"].partition("#")[0]
    fields = {"url": url, "width": "1366", "top": "0"} | more.pop("fields", {})
    files = {"layout": ("l.json", json.dumps(LAYOUT)), "piece": ("p.png", more.pop("piece", out.getvalue()))}
    used = link["link"].rpartition("=")[2] if token is None else token
    return api.send("picture", used, data=fields, files=files, **more)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_links_that_are_not_ours_or_not_for_this_page_are_refused(api: Api, shop: Shop) -> None:
    link = api.link(shop.url("/account/forged"))
    token = link["link"].rpartition("=")[2]
    payload, stamp, signature = token.rsplit(".", 2)
    other = api.link(shop.url("/account/else"))["link"].rpartition("=")[2].rsplit(".", 2)[0]
    for forged in ("", "x", f"{other}.{stamp}.{signature}", f"{payload}.{stamp}.{signature[:-3]}abc", "a.b.c" * 1500):
        assert code(upload(api, link, forged)) == (403, "link_forged")
    assert code(upload(api, link, fields={"url": shop.url("/account/else")})) == (422, "other_page")
    assert code(upload(api, link, fields={"url": "javascript:1"})) == (422, "other_page")
    assert code(upload(api, link, fields={"width": "390"})) == (422, "window")
    assert code(upload(api, link, fields={"top": "-1"})) == (422, "upload")
    assert code(upload(api, link, piece=b"no picture")) == (422, "upload")
    assert code(upload(api, link, headers={"origin": "https://evil.example"})) == (403, "origin")
    assert not api.arrived(link)
    assert upload(api, link, headers={"origin": shop.url("")}).status_code == 201
    assert code(upload(api, link)) == (410, "link_used")


def test_a_body_is_read_only_with_a_link_and_within_limits(api: Api, shop: Shop) -> None:
    token = api.link(shop.url("/account/large"))["link"].rpartition("=")[2]
    form = {"content-type": "multipart/form-data; boundary=b"}
    assert code(api.send("picture", token, content=iter([b"x" * 1000]), headers=form)) == (411, "length")
    assert code(api.send("check", token, content=b"x" * 20_000, headers=form)) == (413, "too_large")
    assert code(api.send("check", token, content=b"x", headers=form))[0] in (400, 422)


def test_other_pages_may_ask_and_are_answered(api: Api) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-headers": "traceparent,x-parcours-snapshot"}
    answer = httpx.options(f"{api.address}/own-browser/picture", headers=asked)
    assert answer.headers["access-control-allow-headers"] == "x-parcours-snapshot, traceparent"
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert "access-control-allow-credentials" not in answer.headers
