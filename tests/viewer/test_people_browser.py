"""People, account and activity in a real Chromium: by keyboard alone, without barriers, in both languages."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from store.records import Site, SiteRole, Token, User
from store.segments import Group, Segment
from store.zones import DAY_MS, now_ms
from tests.axe import barriers
from tests.machine import CHROMIUM_ARGS, HEADLESS, free_port
from tests.viewer.pages import PASSWORD
from tests.waiting import until
from viewer.app import Viewer

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
MOST_TABS = 80
FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || ''"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")


@pytest.fixture(scope="module")
def address(make_viewer: Callable[..., Viewer], shop: Site) -> Iterator[str]:
    """A viewer with people, tokens and changes, served on a port of its own."""
    port = free_port()
    viewer = make_viewer(base_url=f"http://127.0.0.1:{port}")
    definitions = viewer.definitions
    for name, role in (("shop@lampyre.example", "editor"), ("agency@studio.example", "viewer")):
        definitions.put(User(id=name, password="no hash", role="", sites=(SiteRole(shop.id, role),)), "odile")
    made = definitions.put(Segment(id="mail", site=shop.id, name="Post", tree=Group()), "shop@lampyre.example")
    definitions.put(replace(made, name="Mail"), "shop@lampyre.example")
    definitions.put(Token(id="t1", name="weekly sheet", digest="x", role="viewer", by="odile", made=now_ms()))
    definitions.put(
        Token(id="t2", name="deploy", digest="y", sites=(SiteRole(shop.id, "editor"),), until=now_ms() + DAY_MS)
    )
    viewer.open_sessions.begin("of the agency", "agency@studio.example", ("Safari", "iPhone"))
    viewer.invitations.create(shop, {"name": "warehouse"}, "odile")
    server = uvicorn.Server(uvicorn.Config(viewer.asgi, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def odile(browser: Browser, address: str, viewer: Viewer) -> BrowserContext:
    """The owner, signed in through the first-run form."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 900})
    page = context.new_page()
    user = viewer.users.add("odile", PASSWORD, "owner")
    page.goto(address + viewer.sign_in_url(user, "/sites").removeprefix("http://testserver"))
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    page.close()
    return context


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until what has this name has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        if page.evaluate(FOCUSED).strip() == name:
            return
    raise AssertionError(f"{name!r} cannot be reached with {key}")


def focused(page: Page) -> str:
    found: str = page.evaluate(FOCUSED)
    return found.strip()


def test_inviting_joining_a_role_and_removing_by_keyboard_alone(
    browser: Browser, odile: BrowserContext, address: str, shop: Site, viewer: Viewer
) -> None:
    page = odile.new_page()
    people = f"{address}/sites/{shop.id}/people"
    page.goto(people)
    tab_to(page, "Make a link", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy")).to_be_focused()
    link = page.locator("#link").inner_text()

    guest = browser.new_context(locale="en-GB").new_page()
    guest.goto(link)
    guest.keyboard.type("press@lampyre.example")  # the first field has the focus
    guest.keyboard.press("Tab")
    guest.keyboard.type(PASSWORD)
    guest.keyboard.press("Enter")
    guest.wait_for_url(f"**/sites/{shop.id}/overview")

    page.goto(people)
    expect(page.get_by_label("Role of press@lampyre.example")).to_be_visible()
    tab_to(page, "Role of press@lampyre.example")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status").first).to_contain_text("press@lampyre.example is now an editor.")
    expect(page.get_by_label("Role of press@lampyre.example")).to_be_focused()

    tab_to(page, "Remove press@lampyre.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Keep")).to_be_focused()
    expect(page.get_by_text("Signed out at once on 1 device.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Role of press@lampyre.example")).to_be_focused()
    expect(page.get_by_role("link", name="Keep")).to_have_count(0)

    tab_to(page, "Remove press@lampyre.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Keep")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "Remove"
    page.keyboard.press("Enter")
    expect(page.get_by_text("press@lampyre.example")).to_have_count(0)
    guest.reload()
    assert "/sign-in" in guest.url
    page.close()


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_axe_finds_no_barrier_and_the_pages_fit(
    odile: BrowserContext, address: str, shop: Site, width: int, language: str
) -> None:
    root, found = f"/sites/{shop.id}", {}
    page = odile.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    for path in (f"{root}/people?", f"{root}/people?remove=agency@studio.example&", "/account?", f"{root}/activity?"):
        page.goto(f"{address}{path}lang={language}", wait_until="networkidle")
        found[path] = barriers(page)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            found[path].append(f"{over} px too wide")
    for path in ("/sign-in", "/sign-in/forgotten"):
        stranger = odile.browser.new_context(viewport={"width": width, "height": 844}, locale=language)  # type: ignore[union-attr]
        shown = stranger.new_page()
        shown.goto(address + path)
        found[path] = barriers(shown)
        stranger.close()
    page.close()
    assert {path: barrier for path, barrier in found.items() if barrier} == {}
