"""Shares of those who had an element in view, against a plain loop over the rows."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from aggregator.answers.exposure import ElementExposure, element_exposure, first_click
from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.answers.map_figures import heatmap_figures
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import Layout, path_key
from store.segments import Group, Rule
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, Size, fp, insert, insert_elements, layout, record_id

TOP = ("main>button:1", fp(id="top", text="Top"))
LOW = ("main>a:1", fp(href="/low", text="Low"))
ICON = ("main>a:1>img:1", fp(picture="icon"))
BAR = ("footer>a:1", fp(href="/bar", text="Bar"))
HIDDEN = ("aside>a:1", fp(href="/hidden", text="Hidden"))
ELEMENTS = (TOP, LOW, ICON, BAR, HIDDEN)
# On the picture `Low` is in the 17th twentieth (index 16), on the narrow page in the 11th (index 10).
WIDE = layout(
    (*TOP, (0, 100, 100, 40)), (*LOW, (0, 1600, 100, 100)), (*ICON, (0, 1620, 20, 20)), (*BAR, (0, 1900, 1000, 40)),
    (*HIDDEN, (0, 300, 100, 40)), fixed=[BAR[0]], hidden=[HIDDEN[0]], control={ICON[0]: LOW[0], LOW[0]: LOW[0]},
)  # fmt: skip
NARROW = layout(
    (*TOP, (0, 100, 100, 40)), (*LOW, (0, 2000, 100, 200)), (*ICON, (0, 2040, 40, 40)), (*BAR, (0, 3900, 390, 40)),
    fixed=[BAR[0]], size=Size(390, 4000), control={ICON[0]: LOW[0], LOW[0]: LOW[0]},
)  # fmt: skip
MIDDLE = {1000: {TOP[0]: 1, LOW[0]: 16, ICON[0]: 16}, 390: {TOP[0]: 0, LOW[0]: 10, ICON[0]: 10}}
SCOPE = Scope(1, (PAGE,), "click", DAY, DAY)


def take_picture(store: Store, on: Layout) -> None:
    made = Snapshot(new_id(), 1, PAGE, on.width, "", "", f"https://{PAGE}", NOON, on.height, 800, "Lamps")
    Snapshots(store).save(made, on, [(on.height, b"picture")])


def ask(store: Store, scope: Scope = SCOPE) -> tuple[Heatmap, ElementExposure]:
    found = heatmap(store, Snapshots(store), scope, 1000)
    return found, element_exposure(store, Snapshots(store), found)


def at(path: str) -> int:
    return WIDE.paths.index(path)


def view(store: Store, number: int, visitor: int, bands: dict[int, int], width: int = 1000, **columns: Any) -> None:
    who = {"view": number, "visitor": visitor, "viewport_w": width} | columns
    insert(store, "views", [who])
    insert(store, "scrolls", [who | {"bands": [bands.get(n, 0) for n in range(20)]}])


def click(store: Store, view: int, visitor: int, element: tuple[str, str], **columns: Any) -> None:
    of = {"key": path_key(element[0]), "record": record_id(*element)}
    insert(store, "points", [{"view": view, "visitor": visitor} | of | columns])


def test_an_element_was_in_view_if_its_middle_was_for_150_ms(store: Store) -> None:
    take_picture(store, WIDE)
    view(store, 1, 1, {1: 150})
    view(store, 2, 2, {1: 149})
    view(store, 3, 2, {1: 149})  # two short views do not add up
    view(store, 4, 3, {0: 9000, 2: 9000})  # its edges are elsewhere, and its middle was not in view
    insert(store, "views", [{"view": 5, "visitor": 4}])  # measured nothing
    _, found = ask(store)
    assert found.visitors[at(TOP[0])] == 1
    assert found.measured == 3


def test_the_share_is_of_those_who_had_it_in_view(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    for visitor in range(1, 31):
        view(store, visitor, visitor, {1: 500} | ({16: 500} if visitor <= 25 else {}))
    for visitor in (1, 2, 3, 4, 5, 30):  # 30 clicked without having had its middle in view
        click(store, visitor, visitor, ICON if visitor % 2 else LOW)
    click(store, 1, 1, LOW)  # twice the same visitor
    found, exposure = ask(store)
    figures = heatmap_figures(found, {}, exposure)
    [row] = figures.elements
    assert (row.visitors, row.of, row.share) == (6, 30, 0.2)
    assert row.in_view is not None
    assert (row.in_view.visitors, row.in_view.of, row.in_view.share) == (5, 25, 0.2)
    assert row.in_view.low < 0.2 < row.in_view.high
    assert (row.with_mouse, figures.mouse_visitors, figures.measured_visitors) == (None, None, 30)


def test_a_fixed_element_was_in_view_with_any_part_of_the_page_and_a_hidden_one_never(store: Store) -> None:
    take_picture(store, WIDE)
    view(store, 1, 1, {7: 200})
    view(store, 2, 2, {7: 100})
    _, found = ask(store)
    assert found.visitors[at(BAR[0])] == 1
    assert found.visitors[at(HIDDEN[0])] == 0


def test_nobody_measured_what_was_in_view(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, [TOP])
    insert(store, "views", [{"view": 1, "visitor": 1}])
    click(store, 1, 1, TOP)
    found, exposure = ask(store)
    [row] = heatmap_figures(found, {}, exposure).elements
    assert row.in_view is None
    assert exposure.measured == 0


def test_hovers_are_divided_by_visitors_with_a_mouse(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    for visitor in range(1, 41):
        view(store, visitor, visitor, {1: 500}, touch=int(visitor > 24))
    for visitor in range(1, 13):
        click(store, visitor, visitor, TOP, kind="hover", weight=500)
    click(store, 30, 30, LOW, kind="hover", weight=500)  # a touch screen with a mouse
    found, exposure = ask(store, replace(SCOPE, kind="hover"))
    figures = heatmap_figures(found, {}, exposure)
    assert figures.mouse_visitors == 25
    row = figures.elements[0]
    assert (row.visitors, row.of) == (12, 40)
    assert row.with_mouse is not None
    assert (row.with_mouse.visitors, row.with_mouse.of, row.with_mouse.share) == (12, 25, 12 / 25)
    assert row.in_view is None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("device", ["", "phone"])
def test_figures_equal_a_plain_loop_over_the_rows(store: Store, seed: int, device: str) -> None:
    random_ = random.Random(seed)
    take_picture(store, WIDE)
    take_picture(store, NARROW)
    insert_elements(store, ELEMENTS)
    views, scrolls, points = [], [], []
    for number in range(1, 121):
        width = random_.choice([1000, 1000, 1010, 390, 360])
        who = {
            "view": number, "visitor": random_.randint(1, 60), "viewport_w": width,
            "device": "phone" if width < 500 else "desktop", "channel": random_.choice(["mail", "search"]),
            "bot": random_.choice(["", "", "", "", "crawler"]), "time": NOON + number * 1000,
        }  # fmt: skip
        views.append(who)
        kept = {name: value for name, value in who.items() if name != "channel"}
        if random_.random() < 0.9:
            scrolls.append(kept | {"bands": [random_.choice([0, 0, 149, 150, 4000]) for _ in range(20)]})
        for element in random_.sample([TOP, LOW, ICON], random_.randint(0, 2)):
            points.append(kept | {"key": path_key(element[0]), "record": record_id(*element)})
    insert(store, "views", views)
    insert(store, "scrolls", scrolls)
    insert(store, "points", points)
    scope = replace(SCOPE, device=device)
    mail = Group(rules=(Rule(what="channel", scope="view", values=("mail",)),))
    for asked in (scope, replace(scope, segment=mail)):
        _, found = ask(store, asked)
        among = {
            one["view"] for one in views if not one["bot"] and device in ("", one["device"])
            and (asked.segment is None or one["channel"] == "mail")
        }  # fmt: skip
        seen: dict[str, set[int]] = defaultdict(set)
        for row in scrolls:
            if row["view"] in among:
                for path, band in MIDDLE[1000 if row["viewport_w"] > 500 else 390].items():
                    if row["bands"][band] >= 150:
                        seen[path].add(row["visitor"])
        used: dict[str, set[int]] = defaultdict(set)
        for row in points:
            if row["view"] in among:
                used[TOP[0] if row["key"] == path_key(TOP[0]) else LOW[0]].add(row["visitor"])
        for path in (TOP[0], LOW[0]):
            assert found.visitors[at(path)] == len(seen[path])
            assert found.users[at(path)] == len(seen[path] & used[path])
        assert found.measured == len({row["visitor"] for row in scrolls if row["view"] in among})


def test_the_first_click_is_timed_from_the_opening_of_its_view(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    waits = [1_000 * n for n in range(1, 26)]
    for visitor, wait in enumerate(waits, 1):
        insert(store, "views", [{"view": visitor, "visitor": visitor, "time": NOON}])
        click(store, visitor, visitor, TOP, time=NOON + wait)
        click(store, visitor, visitor, TOP, time=NOON + wait + 60_000)  # a second click does not count
    found, _ = ask(store)
    first = first_click(store, found, at(TOP[0]))
    assert first is not None
    assert (first.n, first.median) == (25, 13_000)
    assert first.low < 13_000 < first.high
    assert first_click(store, found, at(LOW[0])) is None
