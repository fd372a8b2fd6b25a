"""Habits name elements that are there: on the layouts that the camera takes of the shop."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from random import Random
from urllib.parse import urlsplit

import pytest

from parcours.demo.habits import Move, read_habits
from parcours.demo.page_layout import PageLayout
from parcours.demo.scenario import PICTURES, WIDTHS, Dates, DemoPicture, states
from parcours.demo.simulated_visits import PANEL, PageLayouts, VisitSimulator
from store.records import Site
from tests.demo.conftest import KEY, Lampyre
from viewer.snapshot import Camera, PictureRequest, Recipe, read_recipe
from viewer.snapshot.limits import Limits


@pytest.fixture(scope="module")
def layouts(lampyre: Lampyre) -> PageLayouts:
    """Taken by two cameras: most of the time of a picture is spent waiting for the page."""
    pictures = list({(p.path, p.state): p for p in PICTURES}.values())
    with ThreadPoolExecutor(2) as threads:
        taken = dict(chain.from_iterable(threads.map(partial(take, lampyre), (pictures[::2], pictures[1::2]))))
    found = {(page, width, variant): layout for (page, width, variant, state), layout in taken.items() if not state}
    for (page, width, variant, state), layout in taken.items():
        if state:
            found[page, width, variant].states[state] = layout
    return found


def take(lampyre: Lampyre, pictures: Sequence[DemoPicture]) -> list[tuple[tuple[str, int, str, str], PageLayout]]:
    """The layouts of these pages: by path, width, variant and state."""
    domains = tuple(urlsplit(url).netloc for url in (lampyre.url, lampyre.collector))
    site = Site(id="1", name="Lampyre", key=KEY, domains=domains, allow_private=True)
    found = []
    with Camera(limits=Limits(calm_s=0.1, quiet_s=3)) as camera:
        for picture in pictures:
            page, _, variant = picture.path.partition("?show=")
            widths = {"/": WIDTHS, "/basket": (1366, 390)}.get(page, WIDTHS[:1])
            request = PictureRequest(site, lampyre.url + picture.path, widths, recipe=recipe(picture.state))
            for capture in camera.take(request):
                assert not capture.snapshot.warnings, capture.snapshot
                key = (page, capture.snapshot.width, variant, picture.state)
                found.append((key, PageLayout(capture.layout)))
    return found


def recipe(state: str) -> Recipe:
    steps = [step for one in states() if one["key"] == state for step in one["steps"]]
    return Recipe(state, steps=read_recipe(steps)) if steps else Recipe()


def test_every_page_has_habits_and_a_picture(layouts: PageLayouts) -> None:
    assert {page for page, *_ in layouts} == set(read_habits())


def test_every_element_of_the_habits_is_on_its_page(layouts: PageLayouts) -> None:
    for page, habits in read_habits().items():
        for (path, width, variant), layout in layouts.items():
            if path != page or width != 1366:
                continue
            named = [use.path.replace(":QTY", ":1" if variant == "b" else ":3") for use in habits.also]
            named += [element for move in habits.next for element in move.by]
            hidden = {"button#menu-button"}  # only on narrow screens
            missing = [p for p in named if layout.find(p) is None and not layout.opened(p) and p not in hidden]
            assert not missing, (page, variant)
            assert PANEL in layout.index


def test_elements_of_a_state_are_clicked_in_that_state(layouts: PageLayouts) -> None:
    link = "div#menu>div:1>div:1>a:1"
    for width in WIDTHS:
        layout = layouts["/", width, ""]
        assert (layout.find(link), layout.opened(link)) == (None, "menu")
        clicks = VisitSimulator("", {}, layouts, Dates.of(0), Random(1))._click_through(
            layout, Move("/table-lamps", 1, {link: 1})
        )
        opener = "button#lamps-button" if width == 1366 else "button#menu-button"
        pressed = [layout.columns.paths[click.spot.element] for click in clicks]
        assert (pressed[0].partition(">")[0], pressed[1:]) == (opener, [link])  # on a phone the drawing in the button
        menu = layout.states["menu"]
        assert menu.contains(menu.index[link], clicks[1].spot.x, clicks[1].spot.y)
        assert menu.columns.scroller[menu.index[link]] == -1  # it hangs out of the header, which does not scroll


def test_phones_can_go_on_too(layouts: PageLayouts) -> None:
    for page in ("/", "/basket"):
        layout = layouts[page, 390, ""]
        for move in read_habits()[page].next[:2]:
            assert any(layout.find(element) is not None for element in move.by), move


def test_a_click_lands_on_the_innermost_element(layouts: PageLayouts) -> None:
    layout = layouts["/table-lamps", 1366, ""]
    card = layout.find("div#lamps>div:1>a:1")
    assert card is not None
    picture, name = layout.spot(card, 0.5, 0.3), layout.spot(card, 0.1, 0.9)
    assert layout.columns.tags[picture.element] == "svg"
    assert name.element == card  # letters belong to the link around them
    x, y, w, h = layout.box[card]
    assert (name.x, name.y) == pytest.approx((x + 0.1 * w, y + 0.9 * h))
    assert layout.is_control(picture.element)
