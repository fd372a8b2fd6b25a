"""The shop in a real browser: what can be pressed does what it says, but for one button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.demo.conftest import Lampyre

WIDTHS = {1366: 768, 768: 1024, 390: 844}
PAGES = ["/", "/table-lamps", "/table-lamps/luciole?show=a", "/table-lamps/luciole?show=b", "/table-lamps/galet"]
PAGES += ["/basket", "/checkout", "/thanks", "/help", "/journal"]


@pytest.fixture(params=[1366, 390])
def page(browser: Browser, lampyre: Lampyre, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": request.param, "height": WIDTHS[request.param]}, base_url=lampyre.url
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(browser: Browser, lampyre: Lampyre, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, base_url=lampyre.url)
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_menu_opens_and_closes(page: Page) -> None:
    page.goto("/")
    menu = page.locator("#menu")
    expect(menu).to_be_hidden()
    button = page.locator("[aria-controls=menu]:visible")
    button.click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    button.click()
    menu.get_by_role("link", name="Table lamps").click()
    expect(page).to_have_url("/table-lamps")


def test_header_stays(page: Page) -> None:
    page.goto("/")
    page.mouse.wheel(0, 900)
    page.wait_for_function("scrollY > 500")
    assert page.locator("header").bounding_box()["y"] == 0  # type: ignore[index]


def test_search_finds_a_lamp(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Search").click()
    page.locator("#search-field").fill("washi")
    expect(page.locator("#search-found a")).to_have_count(1)
    page.locator("#search-found a").click()
    expect(page).to_have_url("/table-lamps/cocon")


def test_carousel_moves_and_stops_at_its_ends(page: Page) -> None:
    page.goto("/")
    track, after = page.locator("#loved .track"), page.locator("#loved [data-move='1']")
    for _ in range(8):
        if after.is_disabled():
            break
        before = track.evaluate("el => el.scrollLeft")
        after.click()
        page.wait_for_function("before => document.querySelector('#loved .track').scrollLeft > before", arg=before)
        track.evaluate("el => new Promise(done => { el.onscrollend = done; setTimeout(done, 900); })")
    expect(after).to_be_disabled()
    expect(page.locator("#loved [data-move='-1']")).to_be_enabled()


def test_section_loads_when_it_comes_near(page: Page) -> None:
    page.goto("/")
    section = page.locator("#from-the-journal")
    assert "Loading" in section.inner_text()
    section.scroll_into_view_if_needed()
    expect(section.get_by_role("link")).to_have_attribute("href", "/journal")


@pytest.mark.parametrize("variant", ["a", "b"])
def test_a_lamp_goes_into_the_basket(page: Page, variant: str) -> None:
    page.goto(f"/table-lamps/luciole?show={variant}")
    page.locator(".buy [data-step='1']").click()
    page.locator("#sizes button").nth(1).click()
    expect(page.locator("[data-price]")).to_have_text("169")
    page.locator("#add-to-basket").click()
    expect(page.locator("#basket-link")).to_have_text("Basket (5)")  # three waited there
    page.locator("#added").get_by_role("link").click()
    expect(page.locator("#line-luciole output")).to_have_text("3")
    expect(page.locator("[data-whole]")).to_have_text(str(3 * 129 + 89 + 79))


def test_gallery_and_colours_change_the_picture(page: Page) -> None:
    page.goto("/table-lamps/galet")
    page.locator(".thumbs button").nth(1).click()
    expect(page.locator(".gallery .main rect").first).to_have_attribute("fill", "url(#background-night)")
    page.locator("#colours button").nth(1).click()
    expect(page.locator("[data-colour-name]")).to_have_text("pine")
    page.locator("#delivery-details").click()
    expect(page.locator("#delivery")).to_be_visible()
    page.locator("#delivery .close").click()
    expect(page.locator("#delivery")).to_be_hidden()


def test_basket_counts_and_empties(page: Page) -> None:
    page.goto("/basket")
    page.locator("#line-galet [data-step='1']").click()
    expect(page.locator("#line-galet > .price")).to_have_text("178 €")
    expect(page.locator("[data-whole]")).to_have_text("386")
    for slug in ("luciole", "galet", "colline"):
        page.locator(f"#line-{slug} [data-remove]").click()
    expect(page.locator("#basket-empty")).to_be_visible()
    page.reload()
    expect(page.locator(".row")).to_have_count(0)


def test_apply_code_has_no_effect(page: Page) -> None:
    page.goto("/basket")
    page.locator("#discount-code").fill("WARM10")
    page.locator("#apply-code").focus()
    page.evaluate(
        """() => { window.changes = 0;
        new MutationObserver(found => { window.changes += found.length; })
          .observe(document, {subtree: true, childList: true, attributes: true, characterData: true}); }"""
    )
    page.locator("#apply-code").click()
    page.locator("#apply-code").click()
    assert page.evaluate("() => new Promise(done => setTimeout(() => done(window.changes), 300))") == 0
    expect(page).to_have_url("/basket")


def test_list_filters_and_sorts(page: Page) -> None:
    page.goto("/table-lamps")
    page.locator("#filter-price summary").click()
    page.locator("#filter-price input").first.check()
    expect(page.locator("#lamps .item:visible")).to_have_count(3)
    page.locator("#filter-price summary").click()
    page.locator("#sort").select_option("up")
    assert page.locator("#lamps .item:visible .name").first.inner_text() == "Luciole mini"


def test_order_and_help(page: Page) -> None:
    page.goto("/checkout")
    page.locator("#pay").click()
    expect(page.locator("#field-first:invalid")).to_be_focused()
    for name in ("first", "last", "street", "postcode", "town"):
        page.locator(f"#field-{name}").fill("x")
    page.locator("#field-mail").fill("ada@lampyre.example")
    page.locator("#pay").click()
    expect(page).to_have_url("/thanks")
    expect(page.locator("#basket-link")).to_have_text("Basket (0)")
    page.locator("#follow-parcel").click()
    expect(page.locator("#parcel")).to_be_visible()
    page.goto("/help#money")
    expect(page.locator("#money")).to_have_attribute("open", "")
    page.locator("#search-help").fill("broken")
    expect(page.locator("#questions details:visible")).to_have_count(1)
