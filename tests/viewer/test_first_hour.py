"""The first hour of a real site in a real browser: make it, paste the line, do what the check says, see it work."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from store.client import Store
from store.records import Site
from tests.axe import barriers
from tests.machine import CHROMIUM_ARGS, HEADLESS
from tests.viewer.pages import PASSWORD
from tests.viewer.real_site import RunningParcours, WebSite, running_parcours, web_site
from viewer.app import Viewer

PATIENCE = 30_000  # ms; the check looks every five seconds


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def parcours(
    make_viewer: Callable[..., Viewer], module_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningParcours]:
    with running_parcours(make_viewer, module_store, tmp_path_factory.mktemp("hour") / "journal") as running:
        yield running


@pytest.fixture
def web() -> Iterator[WebSite]:
    with web_site() as site:
        yield site


@pytest.fixture(scope="module")
def signed_in(browser: Browser, parcours: RunningParcours) -> dict[str, object]:
    """The state of a browser in which the first owner is signed in."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    link = parcours.viewer.first_run_url()
    assert link
    page.goto(link)
    page.get_by_label("Name").fill("odile")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="No site yet")).to_be_visible()
    state = context.storage_state()
    context.close()
    return dict(state)


def test_the_whole_hour(
    browser: Browser, parcours: RunningParcours, web: WebSite, signed_in: dict[str, object]
) -> None:
    context = browser.new_context(locale="en-GB", storage_state=signed_in)  # type: ignore[arg-type]
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=parcours.address)
    page = context.new_page()
    page.goto(f"{parcours.address}/sites")
    page.get_by_role("link", name="Add a site").click()
    page.get_by_label("Name").fill("Lamp shop")
    page.get_by_label("Domains, one per line").fill(web.domain)
    page.get_by_role("button", name="Add site").click()

    finding = page.locator(".checking b")
    # The page is on this machine, which an owner has to allow.
    expect(finding.get_by_text("is on a private network")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-speaks]")).to_contain_text("is on a private network")
    page.get_by_role("link", name="Allow private addresses").click()
    page.get_by_label("Allow pictures of private and loopback addresses").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Check the set-up").click()

    expect(finding.get_by_text("The line is not on the page")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Copy").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    web.put(copied)
    web.headers["Content-Security-Policy"] = "default-src 'self'; style-src *"

    expect(finding.get_by_text("The page's security policy blocks the line")).to_be_visible(timeout=PATIENCE)
    page.locator(".mend").get_by_role("button", name="Copy").click()
    web.headers["Content-Security-Policy"] = page.evaluate("navigator.clipboard.readText()")

    expect(page.get_by_text("Open the page and stay on it")).to_be_visible(timeout=PATIENCE)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Open the page").click()
    shop = opened.value
    shop.get_by_role("button", name="Buy").click()
    shop.close()
    expect(page.get_by_role("heading", name="What comes next")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-speaks]")).to_have_text("It works: a view is received.")
    expect(page.get_by_role("link", name="Choose a goal")).to_be_visible()
    page.get_by_role("link", name="Read it").click()
    page.go_back()
    read = page.get_by_role("listitem").filter(has_text="Read privacy once")
    expect(read).to_contain_text("Done:", timeout=PATIENCE)
    context.close()


@pytest.mark.parametrize("key", ["gtm", "next", "vue"])
def test_the_lines_that_scripts_make_collect_and_are_found(
    browser: Browser, parcours: RunningParcours, web: WebSite, key: str
) -> None:
    """What the platforms put into the page from these lines, as they do it."""
    site = parcours.add(f"Made by {key}", web)
    source = f"{parcours.address}/parcours.js"
    made = {
        "gtm": _gtm(parcours, site),
        "next": f'<script>var s=document.createElement("script");s.src="{source}";'
        f's.setAttribute("data-site","{site.key}");document.body?.append(s)||document.head.append(s)</script>',
        "vue": f'<script src="{source}" defer data-site="{site.key}"></script>',
    }
    web.put(made[key])
    page = browser.new_page()
    with page.expect_response(lambda answer: f"/c/{site.key}" in answer.url, timeout=PATIENCE) as sent:
        page.goto(web.address)
        page.get_by_role("button", name="Buy").click()
    assert sent.value.status == 204
    page.close()


def _gtm(parcours: RunningParcours, site: Site) -> str:
    from viewer.pages.frame.languages import language
    from viewer.pages.sites.platforms import chosen, platforms

    return chosen(platforms(language("en"), parcours.address, site), "gtm").places[0].code


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en-GB", "fr-FR"])
def test_set_up_settings_and_sites_have_no_barriers(
    browser: Browser,
    parcours: RunningParcours,
    web: WebSite,
    signed_in: dict[str, object],
    width: int,
    scheme: str,
    language: str,
) -> None:
    site = parcours.add(f"Shop {web.port}", web)
    context = browser.new_context(
        locale=language,
        storage_state=signed_in,  # type: ignore[arg-type]
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    for path in (f"/sites/{site.id}?with=wordpress", f"/sites/{site.id}/settings", "/sites", "/help/set-up"):
        page.goto(parcours.address + path, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert barriers(page) == [], path
    context.close()


def test_the_check_keeps_the_focus_while_it_looks_again(
    browser: Browser, parcours: RunningParcours, web: WebSite, signed_in: dict[str, object]
) -> None:
    site = parcours.add("Focus shop", web)
    context = browser.new_context(locale="en-GB", storage_state=signed_in)  # type: ignore[arg-type]
    page: Page = context.new_page()
    page.goto(f"{parcours.address}/sites/{site.id}")
    copy = page.locator(".mend").get_by_role("button", name="Copy")
    copy.focus(timeout=PATIENCE)
    for _ in range(2):
        with page.expect_response(lambda answer: "/check" in answer.url, timeout=PATIENCE):
            pass
    expect(copy).to_be_focused()
    context.close()
