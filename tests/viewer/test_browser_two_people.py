"""Two people, each with a browser of their own, edit the same map at the same time."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext, expect

from store.journeys import Journey
from store.records import Site
from tests.viewer import test_browser
from tests.viewer.test_browser import PASSWORD, editor, saved
from tests.waiting import until
from viewer.app import Viewer

address, browser, signed_in, pytestmark = (
    test_browser.address,
    test_browser.browser,
    test_browser.signed_in,
    test_browser.pytestmark,
)


def test_both_texts_are_kept_and_each_browser_is_told_about_them(
    browser: Browser, signed_in: BrowserContext, address: str, shop: Site, viewer: Viewer
) -> None:
    other_browser = browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 900})
    mine, theirs = signed_in.new_page(), other_browser.new_page()
    theirs.goto(f"{address}/sites")
    theirs.locator("input[name=name]").fill("odile")
    theirs.locator("input[type=password]").fill(PASSWORD)
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.get_by_role("heading", name="Sites")).to_be_visible()
    for page in (mine, theirs):
        editor(page, address, shop)
    for page, words in ((mine, "Too many lamps"), (theirs, "No filter by height")):
        page.locator('[data-focus="cell:pains/look/"]').click()
        page.keyboard.type(words)
        page.keyboard.press("Tab")
        saved(page)
    expect(theirs.locator("[data-notice]")).to_contain_text("Two people wrote in")
    for words in ("Too many lamps", "No filter by height"):
        expect(theirs.locator(".two-texts")).to_contain_text(words)
    cell = next(one for one in viewer.definitions.get(Journey, "lamp").cells if one.lane == "pains")
    assert {cell.text["en"], (cell.other or {}).get("en")} == {"Too many lamps", "No filter by height"}
    theirs.locator("[data-notice]").get_by_role("button", name="Keep mine").click()
    expect(theirs.locator("[data-notice]")).to_be_hidden()

    def kept() -> list[dict[str, str]]:
        return [one.text for one in viewer.definitions.get(Journey, "lamp").cells if one.lane == "pains"]

    until(lambda: kept() == [{"en": "No filter by height"}])
    other_browser.close()
