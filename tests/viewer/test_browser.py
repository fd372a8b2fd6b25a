"""The pages in a real Chromium: they fit, they are quiet, and picture and table are one."""

from __future__ import annotations

import io
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pypdf
import pytest
import uvicorn
from msgspec import structs
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bench.scale_pages import PageSize, page_layout, save_page
from rules.site import add_site
from store.journeys import Journey, Lane, LaneCell, Matcher, Opportunity, Stage, Touchpoint
from store.layouts import path_key
from store.page_zones import PageZone
from store.records import Experiment, PageState, Site, Variant
from store.snapshots import Snapshots
from tests.aggregator.build import NOON, insert, insert_elements
from tests.axe import barriers
from tests.machine import CHROMIUM_ARGS, HEADLESS, free_port
from tests.viewer import shop as shops
from tests.waiting import until
from viewer.app import Viewer

DAYS = "since=2026-03-01&until=2026-03-03"
PASSWORD = "a long enough sentence"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the PATH")


@pytest.fixture(scope="module")
def address(make_viewer: Callable[..., Viewer], shop: Site) -> Iterator[str]:
    """A viewer served on a port of its own."""
    port = free_port()
    viewer = make_viewer(base_url=f"http://127.0.0.1:{port}")
    viewer.definitions.put(
        Experiment(id="button", site=shop.id, name="The button", pages=("/lamps",), started="2026-03-01",
                   ended="2026-03-03", variants=(Variant("a", "A"), Variant("b", "B")))
    )  # fmt: skip
    look = Stage(
        "look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),), {"en": "Find", "fr": "Voir"}
    )
    viewer.definitions.put(
        Journey(id="lamp", site=shop.id, name="A lamp", stages=(look, Stage("buy", {"en": "Buy"})), window_days=1)
    )
    steps = ("click #menu-button, #lamps-button", "wait .a-rather-long-class > [aria-label='Menu of the shop']")
    viewer.definitions.put(
        PageState(id=f"{shop.id}.menu", site=shop.id, key="menu", name="Menu", pages=("/lamps",), steps=steps)
    )
    server = uvicorn.Server(uvicorn.Config(viewer.asgi, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    address = f"http://127.0.0.1:{port}"
    yield address
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, address: str, viewer: Viewer) -> BrowserContext:
    """Signed in through the first-run form, as a person does it."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 900})
    page = context.new_page()
    link = viewer.first_run_url()
    assert link
    page.goto(address + "/first-run?" + link.partition("?")[2])
    page.get_by_label("Name").fill("odile")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    page.close()
    return context


@pytest.fixture
def page(signed_in: BrowserContext) -> Iterator[Page]:
    """A page that fails the test when it complains in its console."""
    page = signed_in.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def paths(site: Site) -> list[str]:
    """Pages of the site. The set-up asks for the script of a collector, again and again: test_first_hour.py looks at it
    beside one."""
    root = f"/sites/{site.id}"
    return [
        "/sites", "/sites/new", "/account", "/help/reading-a-map", f"{root}/settings", f"{root}/pages?{DAYS}",
        f"{root}/heatmap?page=/lamps&{DAYS}", f"{root}/heatmap?page=/lamps&kind=hover&{DAYS}",
        f"{root}/heatmap?page=/lamps&kind=scroll&{DAYS}", f"{root}/heatmap?page=shop.example/none",
        f"{root}/heatmap?page=/lamps&layer=zones&{DAYS}", f"{root}/zones/new?page=/lamps",
        f"{root}/experiments", f"{root}/experiments/new", f"{root}/experiments/button",
        f"{root}/states", f"{root}/states/new?page=/lamps", f"{root}/states/menu/edit",
        f"{root}/groups/new?pages=/lamps", f"{root}/pages?{DAYS}&as=table&sort=name",
        f"{root}/heatmap?page=/lamps&state=menu&{DAYS}",
        f"{root}/journeys", f"{root}/journeys/lamp?{DAYS}", f"{root}/journeys/lamp?edit=1",
        f"{root}/journeys/lamp/revisions", f"{root}/journeys?kind=deleted", f"{root}/import-journey",
        f"{root}/segments", f"{root}/segments/new?{DAYS}&channel=direct&device=desktop",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [1366, 390])
def test_every_page_fits_its_window_and_logs_no_error(page: Page, address: str, shop: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for path in paths(shop):
        answer = page.goto(address + path, wait_until="networkidle")
        assert answer
        assert answer.status == 200, path
        assert page.locator("h1").count() == 1, path
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, f"{path} is {over} px too wide at {width}"
        broken = page.evaluate("[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src)")
        assert broken == [], path


def test_axe_finds_no_barrier_on_the_main_pages(page: Page, address: str, shop: Site) -> None:
    root = f"/sites/{shop.id}"
    # The set-up page polls for the collector's script: tests/viewer/test_first_hour.py looks at it beside a collector.
    main = [
        "/sites", f"{root}/settings", f"{root}/overview?{DAYS}", f"{root}/pages?{DAYS}",
        f"{root}/heatmap?page=/lamps&{DAYS}", f"{root}/heatmap?page=/lamps&kind=scroll&{DAYS}",
        f"{root}/compare?page=/lamps&{DAYS}", f"{root}/segments/new?{DAYS}", f"{root}/experiments/button",
    ]  # fmt: skip
    found = {}
    for path in main:
        answer = page.goto(address + path, wait_until="networkidle")
        assert answer
        assert answer.status == 200, path
        found[path] = barriers(page)
    assert {path: barrier for path, barrier in found.items() if barrier} == {}


def test_a_new_site_gets_the_zone_of_its_owners_browser(browser: Browser, signed_in: BrowserContext, address: str):
    context = browser.new_context(
        locale="en-GB", timezone_id="Australia/Lord_Howe", storage_state=signed_in.storage_state()
    )
    page = context.new_page()
    page.goto(f"{address}/sites/new")
    expect(page.get_by_label("Time zone")).to_have_value("Australia/Lord_Howe")
    page.get_by_label("Name", exact=True).fill("Island shop")
    page.get_by_label("Domains, one per line").fill("island.example")
    page.get_by_role("button", name="Add site").click()
    expect(page.get_by_role("heading", name="Set-up")).to_be_visible()
    expect(page.get_by_role("contentinfo")).to_contain_text("Days and times: Australia/Lord_Howe (now UTC+1")
    context.close()


def test_an_older_site_is_offered_the_zone_of_the_browser(
    browser: Browser, signed_in: BrowserContext, address: str, viewer: Viewer
):
    site = add_site(viewer.definitions, "Older shop", ["older.example"])
    context = browser.new_context(locale="fr-FR", timezone_id="Asia/Tokyo", storage_state=signed_in.storage_state())
    page = context.new_page()
    page.goto(f"{address}/sites/{site.id}/settings#timezone")
    expect(page.get_by_label("Fuseau horaire")).to_have_value("")
    page.get_by_role("button", name="Utiliser Asia/Tokyo").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_label("Fuseau horaire")).to_have_value("Asia/Tokyo")
    expect(page.get_by_role("contentinfo")).to_contain_text("Asia/Tokyo (actuellement UTC+09:00)")
    expect(page.get_by_role("button", name="Utiliser Asia/Tokyo")).to_have_count(0)
    context.close()


def test_picture_and_table_highlight_the_same_element(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}")
    box, row = page.locator(".el").first, page.get_by_role("row", name="Buy")
    expect(box).to_have_accessible_name("Buy: 66.7%")
    row.hover()
    expect(box).to_have_class("el on")
    expect(page.locator(".tag")).to_have_text("Buy: 66.7%")
    page.mouse.move(5, 5)
    box.focus()
    expect(row).to_have_class("on")
    detail = page.locator("[data-detail-of]")
    expect(detail.get_by_role("heading")).to_have_text("Buy")
    expect(detail).to_contain_text("40 of 60")


@pytest.fixture(scope="module")
def two_pictures(viewer: Viewer, shop: Site) -> str:
    """Path of the comparison of an old and a new, taller picture."""
    old = shops.snapshot(shop.id, page="shop.example/two-pictures")
    new = replace(shops.snapshot(shop.id, page=old.page), taken=old.taken + 1000, height=2100)
    viewer.snapshots.save(old, shops.page_layout(), shops.strips())
    viewer.snapshots.save(new, shops.page_layout(), shops.strips(heights=(1024, 1076)))
    return f"/sites/{shop.id}/picture-history/compare?old={old.id}&new={new.id}"


@pytest.mark.parametrize("width", [1366, 390])
def test_the_edge_between_two_pictures_moves_by_keys(page: Page, address: str, two_pictures: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{address}{two_pictures}&view=swipe", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    edge = page.get_by_role("slider", name="Edge between old and new")

    def at() -> float:
        """Where the edge is, as a share of the width of the pictures."""
        return float(
            page.evaluate("""() => {
            const [box, edge] = ['.wipebox', '.wipebox .edge'].map((s) => document.querySelector(s));
            const [outer, inner] = [box, edge].map((element) => element.getBoundingClientRect());
            return (inner.left + inner.width / 2 - outer.left) / outer.width;
        }""")
        )

    assert at() == pytest.approx(0.5, abs=0.01)
    edge.press("ArrowRight")
    assert at() == pytest.approx(0.51, abs=0.01)
    edge.press("PageDown")
    assert at() == pytest.approx(0.41, abs=0.01)
    edge.press("End")
    assert at() == pytest.approx(1, abs=0.01)
    tall = page.evaluate("[...document.querySelectorAll('.wipe .pic')].map((pic) => pic.offsetHeight)")
    assert page.evaluate("document.querySelector('.wipe .over').offsetHeight") == max(tall)  # nothing is cut off


def test_the_highlight_can_be_turned_off(page: Page, address: str, two_pictures: str) -> None:
    page.goto(address + two_pictures, wait_until="networkidle")
    highlight = page.locator(".differs").first
    expect(highlight).to_be_visible()
    page.get_by_label("Highlight what differs").uncheck()
    expect(highlight).to_be_hidden()


def test_a_question_mark_leads_from_a_figure_to_its_explanation(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}")
    page.locator("tr[data-el]").first.hover()
    page.get_by_role("link", name="What “Rage” means").click()
    page.wait_for_url("**/help/reading-a-map#rage")
    expect(page.get_by_role("heading", name="Rage clicks")).to_be_in_viewport()


def test_arrow_keys_go_from_element_to_element(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&kind=scroll&{DAYS}")
    boxes = page.locator(".el")
    assert boxes.count() == 2
    boxes.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(boxes.nth(0)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(boxes.nth(1)).to_be_focused()


def test_the_box_lies_on_its_element(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}")
    pic, box = page.locator(".pic").bounding_box(), page.locator(".el").first.bounding_box()
    assert pic
    assert box
    scale = pic["width"] / 1000  # the picture is 1000 px wide, the button at (400, 600)
    assert abs(box["x"] - pic["x"] - 400 * scale) < 1
    assert abs(box["y"] - pic["y"] - 600 * scale) < 1.5


def test_the_layer_can_be_faded_and_the_page_darkened(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&layer=clicks&{DAYS}")
    page.get_by_label("Strength").fill("40")
    expect(page.locator(".heat:not(.dk)")).to_have_css("opacity", "0.4")
    page.locator("[data-do=page]").select_option("night")
    expect(page.locator(".heat.dk")).to_be_visible()
    expect(page.locator(".heat:not(.dk)")).to_be_hidden()


def test_a_legend_that_is_folded_stays_folded(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&layer=clicks&{DAYS}")
    page.locator(".legend > summary b").click(position={"x": 2, "y": 2})
    expect(page.get_by_label("Strength")).to_be_hidden()
    page.wait_for_url("**&legend=0")
    page.get_by_role("link", name="Dead", exact=True).first.click()
    page.wait_for_url("**layer=dead**")
    expect(page.get_by_label("Strength")).to_be_hidden()
    page.locator(".legend > summary b").click(position={"x": 2, "y": 2})
    expect(page.get_by_label("Strength")).to_be_visible()
    page.wait_for_url(lambda url: "legend=" not in url)


def test_days_are_chosen_in_the_menu(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps")
    page.locator("summary", has_text="Period").click()
    page.get_by_label("First day").locator("visible=true").fill("2026-03-01")
    page.get_by_label("Last day").locator("visible=true").fill("2026-03-03")
    page.get_by_role("button", name="Show these days").click()
    expect(page.get_by_role("row", name="Buy")).to_be_visible()
    assert "since=2026-03-01" in page.url
    assert "page=" in page.url


def test_a_menu_closes_on_escape(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}")
    menu = page.locator("details.drop", has_text="Export")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")


def test_the_language_can_be_changed(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}&lang=fr")
    expect(page.get_by_role("navigation", name="Calque")).to_contain_text("Clics")
    expect(page.locator(".el").first).to_have_accessible_name("Buy\u202f: 66,7\u202f%")
    page.goto(f"{address}/sites?lang=en")
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()


def test_panes_scroll_together(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/experiments/button", wait_until="networkidle")
    panes = page.locator("[data-together]")
    assert panes.count() == 3
    panes.nth(0).evaluate("(pane) => { pane.scrollTop = 120; }")
    for n in range(3):
        expect(panes.nth(n)).to_have_js_property("scrollTop", 120)


def test_the_pattern_tester_follows_what_is_typed(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/experiments/new")
    page.get_by_label("Pages, one pattern per line").fill("/l*")
    expect(page.locator("[data-known]")).to_have_text("Matches 1 page: /lamps")
    page.get_by_label("Pages, one pattern per line").fill("/nothing")
    expect(page.locator("[data-known]")).to_have_text("Matches no page visited so far.")


def test_a_journey_is_printed_on_one_landscape_sheet(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/journeys/lamp?{DAYS}", wait_until="networkidle")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    size = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)", printed)
    assert size
    assert [round(float(side)) for side in size.groups()] in ([842, 595], [843, 596], [842, 596])  # A4, in points
    page.emulate_media(media="print")
    inside = page.evaluate("document.querySelector('.board').scrollWidth <= document.documentElement.clientWidth")
    assert inside
    for hidden in (".top", ".bars", ".acts"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_text("revision 1, printed on")).to_be_visible()


def test_a_large_journey_is_printed_on_as_many_sheets_as_it_says(
    page: Page, address: str, shop: Site, viewer: Viewer
) -> None:
    words = "Where is the height of this lamp, and does it fit on a shelf between two books? "
    touchpoints = [tuple(Touchpoint(f"t{n}-{m}", {"en": f"Touch {n} {m}"}, ()) for m in range(9)) for n in range(9)]
    stages = tuple(Stage(f"s{n}", {"en": f"Stage{n}"}, of) for n, of in enumerate(touchpoints))
    lanes = (*(Lane(f"l{n}", "text", {"en": f"Lane{n}"}) for n in range(5)), Lane("points", "touchpoints"))
    cells = tuple(
        LaneCell(lane=f"l{n}", stage=stage.key, text={"en": f"Cell {n} {stage.key}. {words * (1 + n)}"})
        for n in range(5)
        for stage in stages
    )
    viewer.definitions.put(
        Journey(id="large", site=shop.id, name="Large", stages=stages, lanes=lanes, cells=cells, window_days=1)
    )
    page.goto(f"{address}/sites/{shop.id}/journeys/large?{DAYS}&print=1&paper=a4", wait_until="networkidle")
    said = page.locator("[data-fit]").inner_text()
    sheets = re.match(r"(\d) A4 sheets, text 9 pt: “Lane\d” begins the second one", said)
    assert sheets, said
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == int(sheets[1]) > 1
    texts = ["".join(one.extract_text().split()) for one in printed.pages]
    for one, text in zip(printed.pages, texts, strict=True):
        assert (round(one.mediabox.width), round(one.mediabox.height)) == (842, 595)
        assert all(f"Stage{n}" in text for n in range(9))
    whole = "".join(texts)
    for word in ("height", "shelf", "between", "books?"):  # lines of cells side by side alternate
        assert whole.count(word) == sum(cell.text["en"].count(word) for cell in cells), word
    assert all(f"Cell{n}{stage.key}." in whole for n in range(5) for stage in stages)
    for stage in stages:
        assert all("".join(touchpoint.name["en"].split()) in whole for touchpoint in stage.touchpoints)
    expect(page.locator(".jm")).to_have_count(1)  # as before it was printed
    page.goto(
        f"{address}/sites/{shop.id}/journeys/large?{DAYS}&print=1&paper=a3&lane=l0&lane=points",
        wait_until="networkidle",
    )
    assert re.fullmatch(r"One A3 sheet, text [6-9](\.\d+)? pt\.", page.locator("[data-fit]").inner_text())
    (sheet,) = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == (1191, 842)
    assert "Touch 8 8" in sheet.extract_text()


def test_a_journey_is_chosen_by_its_picture_deleted_and_brought_back(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/journeys")
    page.get_by_label("Name", exact=True).fill("Two days")
    page.get_by_role("radio", name="Nine stages").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Shop Start")).to_be_checked()
    page.get_by_role("button", name="Create map").click()
    page.goto(f"{address}/sites/{shop.id}/journeys")
    row = page.get_by_role("row", name="Two days")
    expect(row.locator("[data-visitors]")).to_have_text(re.compile(r"\d"))  # at once, or by a request of its own
    menu = row.locator("summary")
    menu.focus()
    menu.press("Enter")
    row.get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_role("row", name="Two days")).to_have_count(0)
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("row", name="Two days")).to_be_visible()


def editor(page: Page, address: str, shop: Site) -> None:
    """Open the journey for editing, as its scripts have drawn it."""
    page.goto(f"{address}/sites/{shop.id}/journeys/lamp?edit=1", wait_until="networkidle")
    expect(page.locator("html[data-ready=journey]")).to_be_attached()


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_contain_text("Saved", timeout=15_000)


def test_a_journey_is_edited_in_place(page: Page, address: str, shop: Site, viewer: Viewer) -> None:
    editor(page, address, shop)
    look = page.get_by_role("button", name="Move Look")
    look.press("Alt+ArrowRight")
    expect(page.locator("[data-live]")).to_have_text("Look, stage 2 of 2")
    page.get_by_role("button", name="Move Lamps").press("Alt+ArrowLeft")
    expect(page.locator("[data-live]")).to_have_text("Lamps, 1 of 1 in Buy")
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_role("textbox", name="Name").fill("See")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add a stage").click()
    page.keyboard.type("Keep")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keep")).to_be_visible()
    page.get_by_role("button", name="Add: Pain points, Buy").click()
    page.keyboard.type("No price")
    page.keyboard.press("Alt+2")
    page.keyboard.press("Tab")
    saved(page)
    until(lambda: bool(viewer.definitions.get(Journey, "lamp").cells))
    stored = viewer.definitions.get(Journey, "lamp")
    assert [stage.name["en"] for stage in stored.stages] == ["Buy", "See", "Keep"]
    assert stored.stages[0].touchpoints[0].key == "lamps"
    texts = {(cell.lane, cell.text["en"], cell.evidence) for cell in stored.cells}
    assert texts == {("goal", "Find", "assumed"), ("pains", "No price", "research")}


def test_what_was_removed_comes_back_also_after_a_reload(page: Page, address: str, shop: Site, viewer: Viewer) -> None:
    editor(page, address, shop)
    before = viewer.definitions.get(Journey, "lamp")
    page.get_by_role("group").get_by_label("Stage Buy").click()
    page.get_by_role("button", name="Remove the stage").click()
    expect(page.locator("[data-undo-bar]")).to_contain_text("Stage “Buy” removed, with 1 touchpoint and 1 text.")
    saved(page)
    editor(page, address, shop)
    expect(page.get_by_role("button", name="Move Buy")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Move Buy")).to_be_visible()
    saved(page)
    until(lambda: len(viewer.definitions.get(Journey, "lamp").stages) == len(before.stages))
    assert viewer.definitions.get(Journey, "lamp").stages == before.stages


def test_what_was_seen_is_dragged_to_a_stage_and_a_text_is_about_one_touchpoint(
    page: Page, address: str, shop: Site, viewer: Viewer
) -> None:
    refused = {"site": int(shop.id), "page": "shop.example/lamps", "kind": "custom", "time": NOON}
    insert(viewer.store, "events", [{**refused, "name": "code_refused", "visitor": n} for n in range(900, 930)])
    before = viewer.definitions.get(Journey, "lamp")
    page.goto(f"{address}/sites/{shop.id}/journeys/lamp?edit=1&{DAYS}#make=event:code_refused")
    row = page.locator(".seen li", has_text="code_refused")
    expect(row.get_by_label("Name").first).to_be_focused()  # the link of the map opens it
    row.get_by_role("button", name="Cancel").click()
    row.locator(".grip").hover()
    page.mouse.down()
    page.locator("[data-touchpoints]").first.hover()
    expect(page.locator(".slot")).to_be_visible()
    page.mouse.up()
    stage = before.stages[0]
    expect(page.locator("[data-live]")).to_contain_text(f"{stage.name['en']}")
    page.get_by_label(f"About one touchpoint… Pain points, {stage.name['en']}").select_option("code_refused")
    page.keyboard.type("Codes of the leaflet")
    page.keyboard.press("Tab")
    saved(page)
    until(lambda: any(cell.touchpoint for cell in viewer.definitions.get(Journey, "lamp").cells))
    # What counts as a contact has changed, so the figures of the whole period are counted again.
    expect(page.locator("[data-live]")).to_have_text("The figures are counted again.")
    expect(page.locator(".tpc", has_text="code_refused")).to_contain_text("%")
    expect(page.locator(".stale")).to_have_count(0)
    stored = viewer.definitions.get(Journey, "lamp")
    added = next(one for one in stored.stages[0].touchpoints if one.matchers)
    assert added.matchers == (Matcher(on="event", name="code_refused"),)
    assert [cell.text["en"] for cell in stored.cells if cell.touchpoint == added.key] == ["Codes of the leaflet"]
    viewer.definitions.put(structs.replace(before, version=stored.version))


def test_an_opportunity_is_added_by_the_keyboard(page: Page, address: str, shop: Site, viewer: Viewer) -> None:
    before = viewer.definitions.get(Journey, "lamp")
    one = Opportunity(key="label", title="A label", stage=before.stages[1].key)
    viewer.definitions.put(structs.replace(before, opportunities=(one,)))
    page.goto(f"{address}/sites/{shop.id}/journeys/lamp?open={before.stages[1].key}&{DAYS}")
    page.get_by_role("link", name="Add one").first.press("Enter")
    expect(page.locator("html[data-ready=journey]")).to_be_attached()
    stage = before.stages[0]
    heading = page.get_by_role("heading", name=f"Add an opportunity to {stage.name['en']}")
    expect(heading).to_be_focused()
    page.get_by_label("What could be changed").fill("Show the height")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Show the height")).to_be_focused()
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.locator(".op", has_text="Show the height")).to_be_focused()
    saved(page)
    until(lambda: len(viewer.definitions.get(Journey, "lamp").opportunities) == 2)
    stored = viewer.definitions.get(Journey, "lamp")
    assert [(one.title, one.stage) for one in stored.opportunities if one.key != "label"] == [
        ("Show the height", stage.key)
    ]
    viewer.definitions.put(structs.replace(before, version=stored.version))


MODEL = """async () => {
  const model = await import('/static/journey/model.js');
  const {merge} = await import('/static/journey/merge.js');
  const touchpoint = (key, after = []) => ({key, name: {en: key}, pages: [], matchers: [], expected_next: after});
  const stage = (key, ...touchpoints) => ({key, name: {en: key}, touchpoints});
  const cell = (stage, en, touchpoint = '') => ({lane: 'pains', stage, touchpoint, text: {en}});
  const journey = {
    stages: [stage('a', touchpoint('x', ['y'])), stage('b', touchpoint('y'), touchpoint('z'))],
    cells: [cell('a', 'one'), cell('b', 'two'), cell('b', 'at z', 'z')],
    opportunities: [{key: 'o', stage: 'b', touchpoint: 'z'}],
  };
  const shape = (one) => one.stages.map((s) => [s.key, ...s.touchpoints.map((t) => t.key)].join(' '));
  const places = (one) => one.cells.map((c) => `${c.stage} ${c.touchpoint}: ${c.text.en}`);
  const joined = model.mergeStage(journey, 'a');
  const split = model.splitStage(journey, 'b', 'z', 'second', 'en');
  const fewer = model.removeStage(journey, 'b');
  const moved = model.moveTouchpoint(journey, 'z', 'a', 0);
  const theirs = model.setCell(moved, {lane: 'pains', stage: 'a'}, {text: {en: 'theirs'}});
  const mine = model.addStage(journey, 'c', 'en');
  return {
    joined: [shape(joined), places(joined), joined.opportunities[0].stage],
    split: [split.stages.map((s) => s.touchpoints.length), split.opportunities[0].stage === split.stages[2].key],
    fewer: [shape(fewer), places(fewer), fewer.stages[0].touchpoints[0].expected_next, fewer.opportunities.length],
    merged: [shape(merge(journey, mine, theirs)).slice(0, 2), places(merge(journey, mine, theirs))],
    circle: model.circleOf(model.setTouchpoint(journey, 'y', {expected_next: ['x']})),
    none: model.circleOf(journey),
  };
}"""


def test_what_lies_on_a_stage_goes_where_its_touchpoints_go(page: Page, address: str) -> None:
    page.goto(f"{address}/sites")
    assert page.evaluate(MODEL) == {
        "joined": [["a x y z"], ["a : one\ntwo", "a z: at z"], "a"],
        "split": [[1, 1, 1], True],
        "fewer": [["a x"], ["a : one"], [], 0],
        "merged": [["a z x", "b y"], ["a : theirs", "b : two", "a z: at z"]],
        "circle": ["x", "y", "x"],
        "none": None,
    }


def test_two_people_write_in_one_cell_at_the_same_time(
    page: Page, signed_in: BrowserContext, address: str, shop: Site, viewer: Viewer
) -> None:
    other = signed_in.new_page()
    editor(page, address, shop)
    editor(other, address, shop)
    for one, words in ((page, "Hidden delivery"), (other, "No phone number")):
        one.locator('[data-focus="cell:thoughts/buy/"]').click()
        one.keyboard.type(words)
        one.keyboard.press("Tab")
        saved(one)
    expect(other.locator("[data-notice]")).to_contain_text("Two people wrote in “Thoughts and questions” of Buy.")
    expect(other.locator(".two-texts")).to_contain_text("Hidden delivery")
    other.locator("[data-notice]").get_by_role("button", name="Keep theirs").click()
    expect(other.locator("[data-notice]")).to_be_hidden()

    def thoughts() -> list[dict[str, str]]:
        return [cell.text for cell in viewer.definitions.get(Journey, "lamp").cells if cell.lane == "thoughts"]

    until(lambda: thoughts() == [{"en": "Hidden delivery"}])
    other.close()


def test_what_could_not_be_saved_is_kept_in_the_browser(
    signed_in: BrowserContext, address: str, shop: Site, viewer: Viewer
) -> None:
    page = signed_in.new_page()  # the browser notes the failed request in its console: expected here
    editor(page, address, shop)
    page.route("**/save", lambda route: route.abort())
    page.locator('[data-focus="cell:goal/buy/"]').click()
    page.keyboard.type("Written on a train")
    page.keyboard.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("Not saved since", timeout=15_000)
    page.unroute("**/save")
    editor(page, address, shop)
    saved(page)
    until(lambda: "Written on a train" in [one.text.get("en") for one in viewer.definitions.get(Journey, "lamp").cells])
    page.close()


def test_a_conflict_keeps_what_was_typed(signed_in: BrowserContext, address: str, shop: Site, viewer: Viewer) -> None:
    page = signed_in.new_page()  # the browser notes the 409 in its console: expected here
    page.goto(f"{address}/sites/{shop.id}/journeys/lamp?edit=form", wait_until="networkidle")
    page.get_by_label("What this journey is for").fill("typed in vain")
    viewer.definitions.put(viewer.definitions.get(Journey, "lamp"), "someone quick")
    page.get_by_role("button", name="Save map").last.click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("what you typed is still here")
    expect(alert).to_contain_text("someone quick")
    expect(page.get_by_label("What this journey is for")).to_have_value("typed in vain")
    page.close(run_before_unload=False)


def test_the_page_follows_a_picture_without_a_click(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=shop.example/elsewhere")
    page.get_by_role("button", name="Take the picture").click()
    page.wait_for_url("**/heatmap?page=shop.example/elsewhere")


def test_the_map_is_complete_without_script(
    browser: Browser, signed_in: BrowserContext, address: str, shop: Site
) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=signed_in.storage_state(), locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}")
    expect(page.get_by_role("row", name="Buy")).to_be_visible()
    expect(page.get_by_label("Strength")).to_be_hidden()
    page.get_by_role("link", name="Reach").click()
    expect(page.locator(".rl").first).to_be_visible()
    context.close()


# Points at an element as a mouse does; the elements of the document that this changed.
CHANGED_BY_POINTING = """
async (box) => {
  const changed = new Set();
  const watch = new MutationObserver((list) => list.forEach((one) => changed.add(one.target)));
  watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  for (const name of ['pointerover', 'pointermove']) box.dispatchEvent(new PointerEvent(name, {bubbles: true}));
  await new Promise((done) => setTimeout(done));
  watch.disconnect();
  return changed.size;
}
"""


def test_the_work_for_a_long_page_of_3000_elements_does_not_grow_with_it(
    page: Page, address: str, shop: Site, viewer: Viewer
) -> None:
    size, long = PageSize(150), "shop.example/long"
    save_page(Snapshots(viewer.store), long, size, int(shop.id))
    drawn = page_layout(size, 1366)
    elements = list(zip(drawn.paths, drawn.fps, strict=True))
    who = {"site": int(shop.id), "page": long, "time": NOON, "visitor": 7, "view": 7}
    insert(viewer.store, "views", [who])
    insert_elements(viewer.store, elements, long)
    insert(viewer.store, "points", [who | shops._on(element) for element in elements])
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/long&width=1366&all=1&{DAYS}", wait_until="networkidle")
    assert page.locator("tr[data-el]").count() > 2_000
    shown = page.locator("tr[data-el]:not(.later)")
    assert shown.count() == 200  # a table of thousands is painted as a whole: its end is shown when it is reached
    page.locator("[data-further]").scroll_into_view_if_needed()
    expect(shown).to_have_count(400)
    page.get_by_label("Find an element").fill("Lamp 599")
    expect(page.get_by_role("row", name="Lamp 599").first).to_be_visible()
    page.get_by_label("Find an element").fill("")
    strips = page.locator(".pic .page img")
    loaded = strips.evaluate_all("(all) => all.filter((image) => image.complete).length")
    assert loaded < strips.count() / 2, "pictures out of sight are fetched"
    for name in (".pic .el", "tr[data-el]"):
        for n in (0, 40):
            assert page.locator(name).nth(n).evaluate(CHANGED_BY_POINTING) < 30


def test_a_click_holds_an_element_until_escape(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&kind=scroll&{DAYS}")
    boxes, detail = page.locator(".el"), page.locator("[data-detail-of]")
    first, second = (boxes.nth(n).get_attribute("data-name") or "" for n in (0, 1))
    scrolled = page.evaluate("scrollY")
    page.get_by_role("link", name=second, exact=True).first.click()
    assert page.evaluate("scrollY") == scrolled  # the page does not jump
    expect(detail.get_by_role("heading")).to_have_text(second)
    assert "element=" in page.url
    boxes.nth(0).hover(force=True)
    expect(detail.get_by_role("heading")).to_have_text(second)  # what is held stays
    page.keyboard.press("Escape")
    assert "element=" not in page.url
    page.mouse.move(1, 1)
    boxes.nth(0).hover(force=True)
    expect(detail.get_by_role("heading")).to_have_text(first)
    assert page.locator('.el[tabindex="0"]').count() == 1  # the picture is one tab stop


def test_a_zone_is_drawn_on_the_picture_and_named(page: Page, address: str, shop: Site, viewer: Viewer) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&layer=zones&{DAYS}")
    form = page.locator("[data-drawn]")
    for discard in (lambda: page.keyboard.press("Escape"), lambda: page.get_by_role("button", name="Discard").click()):
        draw_around_the_button(page)
        expect(form).to_be_visible()
        discard()
        expect(form).to_be_hidden()
    draw_around_the_button(page)
    expect(page.get_by_label("Name of the zone")).to_be_focused()
    page.keyboard.type("The button")
    page.keyboard.press("Enter")
    row = page.locator(".zone-table tbody tr")
    expect(row).to_contain_text("The button")
    [zone] = viewer.definitions.find(PageZone, site=shop.id)
    assert zone.elements == (f"{path_key(shops.BUY[0]):016x}",)
    row.get_by_role("link", name="The button", exact=True).click()
    expect(page.locator("section.held")).to_contain_text("visitors who clicked in it")
    viewer.definitions.delete(zone)


def draw_around_the_button(page: Page) -> None:
    """Drag over the picture from above the button of the shop to below it."""
    page.get_by_role("button", name="Draw a zone").click()
    sheet = page.locator(".zone-sheet")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box
    left, top, width, height = shops.BUY_BOX
    scale = box["width"] / shops.WIDTH
    x, y = box["x"] + (left - 20) * scale, box["y"] + (top - 20) * scale
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + (width + 40) * scale, y + (height + 40) * scale, steps=3)
    page.mouse.up()


def test_an_element_is_found_by_its_name(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}")
    find = page.get_by_label("Find an element")
    find.fill("BU")
    expect(page.get_by_role("row", name="Buy")).to_be_visible()
    find.fill("nothing like it")
    expect(page.get_by_role("row", name="Buy")).to_be_hidden()
    expect(page.get_by_text("No element has this name.")).to_be_visible()


def test_the_numbers_of_a_held_element_are_at_the_foot_of_a_phone(page: Page, address: str, shop: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}")
    page.locator(".el").first.click(force=True)
    sheet = page.locator("[data-detail-of]")
    expect(sheet.get_by_text("More, and who they are")).to_be_visible()
    box = sheet.bounding_box()
    assert box
    assert abs(box["y"] + box["height"] - 844) < 1
    assert box["height"] < 844 * 0.82
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    sheet.get_by_text("More, and who they are").click()
    expect(sheet.get_by_text("Clicked, of all visitors of the page")).to_be_visible()


def test_a_group_is_tested_while_it_is_typed(page: Page, address: str, shop: Site, viewer: Viewer) -> None:
    now = int(time.time() * 1000)
    views = [{"site": int(shop.id), "page": f"shop.example/letters/{n}", "view": 7000 + n, "visitor": n, "time": now}
             for n in range(1, 4)]  # fmt: skip
    insert(viewer.store, "views", views)
    page.goto(f"{address}/sites/{shop.id}/groups/new")
    page.get_by_label("Name").fill("Letters")
    page.get_by_label("Addresses that belong").fill("/letters/*")
    new = page.locator("#group-tallies > div", has_text="New with this change")
    expect(new).to_contain_text("+3 addresses, 3 visitors")
    page.get_by_label("But not").fill("**/2")
    expect(new).to_contain_text("+2 addresses")
    page.get_by_label("Try an address").fill("/letters/9?x=1")
    expect(page.locator("#group-tried")).to_contain_text("Fits, as /letters/9")
    page.get_by_role("button", name="All that fit").click()
    expect(page.locator("#group-addresses tbody tr")).to_have_count(2)
    expect(page.get_by_role("button", name="All that fit")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Save group").click()
    expect(page.get_by_role("heading", name="All groups")).to_be_visible()
    expect(page.get_by_role("link", name="Letters")).to_be_visible()
    page.get_by_role("link", name="Edit group").click()
    page.get_by_role("button", name="Delete group").click()
    expect(page.get_by_role("heading", name="Pages", exact=True)).to_be_visible()


def test_a_step_is_picked_on_the_picture_or_by_keyboard(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/states/new?page=/lamps")
    steps = page.get_by_label("Steps, one per line")
    page.locator("[data-pick] .el").nth(0).click()
    expect(steps).to_have_value("click main > button:nth-of-type(1)")
    expect(page.locator("[data-picked]")).to_have_text("Added: click main > button:nth-of-type(1)")
    page.locator("[data-verb]").select_option("wait")
    page.get_by_role("listbox").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("option", name="More")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(steps).to_have_value("click main > button:nth-of-type(1)\nwait main > a:nth-of-type(1)")
    page.get_by_role("button", name="Remove the last step").click()
    expect(steps).to_have_value("click main > button:nth-of-type(1)")


def test_the_segment_builder_counts_while_it_is_edited(signed_in: BrowserContext, address: str, shop: Site) -> None:
    page = signed_in.new_page()
    page.goto(f"{address}/sites/{shop.id}/segments/new?{DAYS}")
    page.get_by_role("button", name="Add a rule").click()
    what = page.locator('[name="rules.0.what"]')
    expect(what).to_be_focused()
    what.select_option("clicked")
    times = page.locator('[name="rules.0.times"]')
    times.fill("2")
    times.press("Tab")
    expect(page.locator(".says")).to_have_text("Visits that clicked something at least twice.")
    assert "segment=" in page.url
    page.get_by_role("button", name="Undo change").click()
    expect(page.locator(".says")).to_have_text("Visits that clicked something.")
    page.close()


def send_file(page: Page, lines: int) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 3 * 86_400))
    text = "ts;key;type\n" + "".join(f"{day}T10:00;customer {n};call of a customer\n" for n in range(lines))
    page.locator("[name=file]").set_input_files({"name": "calls.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Send").click()


def test_an_off_site_file_shows_how_much_was_sent_and_is_stored_once(
    signed_in: BrowserContext, address: str, shop: Site, viewer: Viewer
) -> None:
    page = signed_in.new_page()  # the browser notes the rejected requests in its console: expected here
    page.goto(f"{address}/sites/{shop.id}/offsite", wait_until="networkidle")
    problem = page.locator("[data-problem]")
    page.route("**/offsite", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    send_file(page, 10)
    expect(problem).to_contain_text("The connection broke before the server answered.")
    page.unroute("**/offsite")

    network = signed_in.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 300_000}
    network.send("Network.emulateNetworkConditions", slow)
    send_file(page, 25_000)
    expect(page.locator("[data-line]")).to_have_text(re.compile(r"^(0\.[1-9]|1\.[0-2]) of 1\.3 MB sent$"))
    expect(page.get_by_role("progressbar", name="Sending the file")).to_have_attribute("value", re.compile(r"^[1-9]"))
    page.get_by_role("button", name="Cancel").press("Enter")
    expect(problem).to_have_text("Cancelled: nothing was stored. The file can be sent again.")
    expect(page.get_by_role("button", name="Send")).to_be_focused()
    assert viewer.offsite.of_site(shop.id) == []
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})

    for name in ("sent", "again"):
        page.goto(f"{address}/sites/{shop.id}/offsite", wait_until="networkidle")
        send_file(page, 10)
        if name == "sent":
            expect(page.get_by_role("heading", name="calls.csv")).to_be_visible()
    expect(problem).to_contain_text("The file was not read.")
    expect(problem.get_by_role("link", name="Show the file that was sent before")).to_be_visible()
    assert len(viewer.offsite.of_site(shop.id)) == 1

    page.locator("[data-upload]").evaluate("form => form.dataset.most = 10")
    send_file(page, 11)
    expect(problem).to_contain_text("The file is too large")
    page.locator("[data-upload]").evaluate("form => form.dataset.most = 1e9")
    kept = signed_in.cookies()
    signed_in.clear_cookies()
    send_file(page, 11)
    expect(problem).to_contain_text("Your session has ended, and nothing was stored.")
    expect(problem.get_by_role("link")).to_have_attribute("href", re.compile("/sign-in"))
    signed_in.add_cookies([{key: cookie[key] for key in ("name", "value", "domain", "path")} for cookie in kept])  # type: ignore[misc, literal-required]
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="calls.csv")).to_be_visible()
    page.close()


def test_notes_are_written_walked_answered_and_resolved_by_keys(page: Page, address: str, shop: Site) -> None:
    page.goto(f"{address}/sites/{shop.id}/heatmap?page=/lamps&{DAYS}&notes=1")
    threads, text = page.locator(".thread"), page.locator("#new-note textarea")
    for n, words in enumerate(("First", "Second"), 1):
        page.locator(".el").first.focus()
        page.keyboard.press("n")
        expect(text).to_be_focused()
        expect(page.locator("#new-note select")).not_to_have_value("")  # the element that had the focus
        page.keyboard.type(words)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(threads).to_have_count(n)
        page.wait_for_load_state()  # with its scripts
    expect(threads.nth(0)).to_be_focused()  # the note that was just written
    for key, n in (("j", 1), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(threads.nth(n)).to_be_focused()
    expect(threads.nth(0)).to_contain_text("Second")  # the newest is the first
    page.keyboard.press("Enter")
    expect(threads.nth(0).locator("textarea")).to_be_focused()
    page.keyboard.type("nje")  # letters in a text are letters
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(threads.nth(0).locator(".re")).to_contain_text("nje")
    page.wait_for_load_state()
    expect(threads.nth(0)).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    expect(threads.nth(1)).to_contain_text("Second")  # what is resolved comes after what is open
