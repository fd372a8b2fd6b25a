"""Zones on maps: where they are, and their figures against a plain loop over the rows."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_record

from aggregator.answers.exposure import element_exposure
from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.answers.placed_elements import placed_element, wanted_elements
from aggregator.answers.zones import ZoneRow, apart, zone_rows
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.page_structure import proposed_zones
from aggregator.placing.zones import Rectangle, elements_in, place_zone, within
from aggregator.queries import folding
from aggregator.queries.exposure import read_exposed
from aggregator.queries.folding import fold_closed_days
from aggregator.shapes.scope import BadScope, Scope
from rules.resolved_rules import KnownNames
from store.client import Store
from store.layouts import Layout, path_key
from store.matches import Match, Matches
from store.page_groups import PageGroup
from store.page_zones import ElementPrint, PageZone
from store.segments import Action, Group, Rule
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, Size, fp, insert, insert_elements, layout, record_id

Element = tuple[str, str]
HEAD = ("header", fp(id="head"))
LOGO = ("header>a:1", fp(href="/", text="Lampyre"))
SEARCH = ("header>form:1", fp(id="search"))
WORD = ("header>form:1>input:1", fp(name="q"))
MAIN = ("main", fp(id="main"))
CARD1 = ("main>article:1", fp(text="Galet", card="Galet"))
BUY1 = ("main>article:1>button:1", fp(text="Buy Galet"))
ICON1 = ("main>article:1>button:1>b:1", fp(text="Buy"))
CARD2 = ("main>article:2", fp(text="Luciole", card="Luciole"))
BUY2 = ("main>article:2>button:1", fp(text="Buy Luciole"))
FOOT = ("footer", fp(id="foot"))
BAR = ("aside", fp(id="bar"))
ELEMENTS = (HEAD, LOGO, SEARCH, WORD, MAIN, CARD1, BUY1, ICON1, CARD2, BUY2, FOOT, BAR)
PARENTS = {path: path.rpartition(">")[0] for path, _ in ELEMENTS if ">" in path}
CONTROLS = {BUY1[0]: BUY1[0], ICON1[0]: BUY1[0], BUY2[0]: BUY2[0], LOGO[0]: LOGO[0], WORD[0]: WORD[0]}
WIDE_BOXES: dict[Element, tuple[float, float, float, float]] = {
    HEAD: (0, 0, 1000, 100), LOGO: (10, 10, 100, 80), SEARCH: (600, 10, 300, 80), WORD: (620, 20, 200, 40),
    MAIN: (0, 100, 1000, 1700), CARD1: (0, 100, 480, 800), BUY1: (20, 800, 200, 40), ICON1: (30, 805, 40, 30),
    CARD2: (500, 100, 480, 800), BUY2: (520, 800, 200, 40), FOOT: (0, 1800, 1000, 200), BAR: (900, 700, 90, 90),
}  # fmt: skip
# On the narrow page the cards are below each other.
NARROW_BOXES = WIDE_BOXES | {
    HEAD: (0, 0, 390, 200), MAIN: (0, 200, 390, 3400), CARD1: (0, 200, 390, 1200), BUY1: (20, 1300, 200, 40),
    ICON1: (30, 1305, 40, 30), CARD2: (0, 1600, 390, 1200), BUY2: (20, 2700, 200, 40), FOOT: (0, 3600, 390, 400),
}  # fmt: skip


def nested(of: Layout, parents: Mapping[str, str]) -> Layout:
    """The layout with the parents of its elements, by path."""
    return replace(of, parents=np.array([of.paths.index(parents[p]) if p in parents else -1 for p in of.paths]))


def page(boxes: dict[Element, tuple[float, float, float, float]], size: Size) -> Layout:
    rows = [(*element, box) for element, box in boxes.items()]
    return nested(layout(*rows, size=size, control=CONTROLS, fixed=[BAR[0]]), PARENTS)


WIDE, NARROW = page(WIDE_BOXES, Size()), page(NARROW_BOXES, Size(390, 4000))
SCOPE = Scope(1, (PAGE,), "click", DAY, DAY)


def zone(id: str, *elements: Element) -> PageZone:
    return PageZone(
        id=id,
        site="1",
        name=id,
        page=PAGE,
        elements=tuple(f"{path_key(path):016x}" for path, _ in elements),
        prints=tuple(ElementPrint(*element) for element in elements),
    )


def take_picture(store: Store, on: Layout) -> Snapshot:
    made = Snapshot(new_id(), 1, PAGE, on.width, "", "", f"https://{PAGE}", NOON, on.height, 800, "Lamps")
    Snapshots(store).save(made, on, [(on.height, b"picture")])
    return made


def ask(store: Store, scope: Scope = SCOPE, width: int = 1000) -> Heatmap:
    return heatmap(store, Snapshots(store), scope, width)


# Where zones are


def test_the_box_of_a_zone_is_around_its_elements_at_every_width() -> None:
    cards = zone("cards", CARD1, CARD2)
    assert place_zone(cards, LayoutIndex(WIDE), {}).box == Rectangle(0, 100, 980, 800)
    assert place_zone(cards, LayoutIndex(NARROW), {}).box == Rectangle(0, 200, 390, 2600)


def test_what_lies_in_an_element_of_a_zone_belongs_to_the_zone() -> None:
    place = place_zone(zone("first card", CARD1), LayoutIndex(WIDE), {})
    assert {WIDE.paths[i] for i in np.flatnonzero(place.members)} == {CARD1[0], BUY1[0], ICON1[0]}


def test_elements_that_no_longer_exist_are_counted_as_missing() -> None:
    gone = ("div#gone>p:1", fp(text="Gone"))
    place = place_zone(zone("some", CARD1, gone), LayoutIndex(WIDE), {})
    assert (place.missing, place.box) == (1, Rectangle(0, 100, 480, 800))
    nothing = place_zone(zone("none", gone), LayoutIndex(WIDE), {})
    assert (nothing.missing, nothing.box) == (1, None)
    assert not nothing.members.any()


def test_an_element_that_was_matched_after_an_edit_is_placed_on_its_match() -> None:
    old = ("main>section:9", fp(text="Galet, new"))
    twins = {record_id(*old): WIDE.paths.index(CARD1[0])}
    assert place_zone(zone("moved", old), LayoutIndex(WIDE), twins).box == Rectangle(0, 100, 480, 800)


def test_hidden_elements_are_not_part_of_the_box() -> None:
    hidden = replace(WIDE, visible=np.array([path != CARD2[0] for path in WIDE.paths]))
    place = place_zone(zone("cards", CARD1, CARD2), LayoutIndex(hidden), {})
    assert (place.missing, place.box) == (1, Rectangle(0, 100, 480, 800))


def paths_in(drawn: Rectangle) -> list[str]:
    return [WIDE.paths[i] for i in elements_in(WIDE, drawn)]


def test_a_rectangle_means_the_elements_whose_middle_lies_in_it() -> None:
    assert paths_in(Rectangle(0, 90, 490, 900)) == [CARD1[0]]  # the card stands for its button
    assert paths_in(Rectangle(0, 0, 1000, 100)) == [HEAD[0]]
    assert paths_in(Rectangle(590, 0, 410, 95)) == [SEARCH[0]]
    assert paths_in(Rectangle(0, 90, 1000, 1000)) == [MAIN[0], BAR[0]]
    assert paths_in(Rectangle(0, 0, 1000, 2000)) == [HEAD[0], MAIN[0], FOOT[0], BAR[0]]


def test_what_holds_an_element_outside_of_the_rectangle_is_not_meant() -> None:
    # the middle of the whole main part lies in it, but its first buttons lie above
    assert paths_in(Rectangle(400, 900, 200, 200)) == []
    assert paths_in(Rectangle(5000, 5000, 10, 10)) == []


@st.composite
def trees(draw: st.DrawFn) -> Layout:
    """A layout of a random tree with random boxes, some of them hidden."""
    n = draw(st.integers(1, 12))
    parents = [-1] + [draw(st.integers(-1, i - 1)) for i in range(1, n)]
    side = st.integers(0, 9).map(float)
    boxes = [(f"p:{i}", "", draw(st.tuples(side, side, side, side))) for i in range(n)]
    visible = [draw(st.booleans()) for _ in range(n)]
    made = layout(*boxes, size=Size(20, 20, 20))
    return replace(made, parents=np.array(parents, np.int32), visible=np.array(visible))


def above(of: Layout, element: int) -> list[int]:
    """The elements that an element lies in, the nearest first."""
    found = []
    while (element := int(of.parents[element])) >= 0:
        found.append(element)
    return found


@given(trees(), st.sets(st.integers(0, 11)))
def test_what_lies_in_elements_equals_a_plain_loop(of: Layout, some: set[int]) -> None:
    chosen = {i for i in some if i < len(of)}
    expected = [i in chosen or bool(chosen & set(above(of, i))) for i in range(len(of))]
    assert within(of, np.array(sorted(chosen), np.int64)).tolist() == expected


@given(trees(), st.tuples(*[st.integers(0, 12)] * 4))
def test_what_a_rectangle_means_equals_a_plain_loop(of: Layout, drawn: tuple[int, int, int, int]) -> None:
    x, y, w, h = drawn
    shown = [bool(of.visible[i]) and of.w[i] > 0 and of.h[i] > 0 for i in range(len(of))]

    def is_inside(i: int) -> bool:
        in_x = x <= of.x[i] + of.w[i] / 2 <= x + w
        return bool(shown[i] and in_x and y <= of.y[i] + of.h[i] / 2 <= y + h)

    outside = {a for i in range(len(of)) if shown[i] and not is_inside(i) for a in above(of, i)}
    meant = {i for i in range(len(of)) if is_inside(i) and i not in outside}
    expected = sorted(i for i in meant if not meant & set(above(of, i)))
    assert elements_in(of, Rectangle(x, y, w, h)).tolist() == expected


def test_the_structure_of_a_page_proposes_zones() -> None:
    found = {part.kind: [WIDE.paths[i] for i in part.elements] for part in proposed_zones(WIDE)}
    assert found["header"] == [HEAD[0]]
    assert found["form"] == [SEARCH[0]]
    assert found["main"] == [MAIN[0]]
    assert found["footer"] == [FOOT[0]]
    assert "cards" not in found  # two are no list


def test_a_list_of_cards_is_proposed_as_a_whole() -> None:
    cards = [(f"ul#lamps>li:{n}", fp(text=f"Lamp {n}")) for n in range(1, 5)]
    words = [(f"ul#lamps>li:{n}>h3:1", fp(text=f"Lamp {n}")) for n in range(1, 5)]
    boxes: list[tuple[str, str, tuple[float, float, float, float]]] = [("ul#lamps", "", (0, 0, 800, 400))]
    boxes += [(*card, (200.0 * n, 0, 180, 400)) for n, card in enumerate(cards)]
    boxes += [(*word, (200.0 * n, 300, 180, 80)) for n, word in enumerate(words)]
    parents = {path: "ul#lamps" for path, _ in cards} | {path: path.rpartition(">")[0] for path, _ in words}
    [part] = proposed_zones(nested(layout(*boxes), parents))
    assert (part.kind, part.elements) == ("cards", (0,))
    with_more = [*boxes, ("ul#lamps>p:1", "", (0, 390, 800, 10))]
    [part] = proposed_zones(nested(layout(*with_more), parents | {"ul#lamps>p:1": "ul#lamps"}))
    assert (part.kind, part.elements) == ("cards", (1, 2, 3, 4))


def test_zones_without_a_common_element_are_counted_together() -> None:
    index = LayoutIndex(WIDE)
    zones = [zone("head", HEAD), zone("main", MAIN), zone("card", CARD1), zone("foot", FOOT), zone("buy", BUY1)]
    assert apart([place_zone(one, index, {}) for one in zones]) == [[0, 1, 3], [2], [4]]


# Figures

ZONES = (
    zone("head", HEAD),
    zone("cards", CARD1, CARD2),
    zone("first", CARD1),
    zone("buttons", BUY1, BUY2),
    zone("search and foot", SEARCH, FOOT),
    zone("bar", BAR),
    zone("icon", ICON1),
    zone("gone", ("div#gone", "")),
)


def is_in(path: str, elements: Sequence[Element]) -> bool:
    return any(path == of or path.startswith(f"{of}>") for of, _ in elements)


def middle_band(boxes: dict[Element, tuple[float, float, float, float]], elements: Sequence[Element], h: int) -> int:
    top = min(boxes[one][1] for one in elements)
    bottom = max(boxes[one][1] + boxes[one][3] for one in elements)
    return int((top + bottom) / 2 / h * 20)


OF_ZONE: dict[str, tuple[Element, ...]] = {
    "head": (HEAD,), "cards": (CARD1, CARD2), "first": (CARD1,), "buttons": (BUY1, BUY2),
    "search and foot": (SEARCH, FOOT), "bar": (BAR,), "icon": (ICON1,),
}  # fmt: skip
Rows = list[dict[str, Any]]


def made_rows(luck: random.Random) -> tuple[Rows, Rows, Rows]:
    """Views, scrolls and points of some visitors."""
    views: Rows = []
    scrolls: Rows = []
    points: Rows = []
    for number in range(1, 121):
        width, at = luck.choice([1000, 1000, 390]), NOON + number * 60_000
        who = {
            "view": number, "visitor": luck.randint(1, 50), "viewport_w": width, "time": at,
            "bot": luck.choice(["", "", "", "", "crawler"]), "device": "phone" if width == 390 else "desktop",
        }  # fmt: skip
        views.append(who | {"channel": luck.choice(["mail", "search"])})
        if luck.random() < 0.9:
            scrolls.append(who | {"bands": [luck.choice([0, 0, 149, 150, 4000]) for _ in range(20)]})
        for n in range(luck.randint(0, 4)):
            element = luck.choice(ELEMENTS)
            effect = luck.choice([{"effect": 0, "effect_ms": 0}, {"effect": 1, "effect_ms": 10}])
            place = {"key": path_key(element[0]), "record": record_id(*element), "path": element[0]}
            for burst in range(luck.choice([1, 1, 1, 3])):
                time = {"time": at + n * 5000 + burst * 100}
                points.append(who | place | effect | time | {"element": element})
    return views, scrolls, points


def insert_points(store: Store, points: Rows) -> None:
    insert(store, "points", [{k: v for k, v in row.items() if k not in ("path", "element")} for row in points])


def is_dead(row: dict[str, Any]) -> bool:
    return bool(row["effect"] == 0 and row["element"] != WORD)  # a field shows nothing when it is clicked


def raging(points: Rows) -> set[int]:
    """The clicks (by their place in `points`) of bursts of three or more, not all of which were answered."""
    found: set[int] = set()
    bursts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for n, row in enumerate(points):
        if row["element"] != WORD:
            bursts[row["view"], row["time"] // 5000].append(n)
    for burst in bursts.values():
        if len(burst) >= 3 and not all(points[n]["effect"] for n in burst):
            found |= set(burst)
    return found


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_figures_of_zones_equal_a_plain_loop_over_the_rows(
    store: Store, seed: int, folded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_picture(store, WIDE)
    take_picture(store, NARROW)
    insert_elements(store, ELEMENTS)
    views, scrolls, points = made_rows(random.Random(seed))
    insert(store, "views", views)
    insert(store, "scrolls", scrolls)
    insert_points(store, points)
    if folded:
        monkeypatch.setattr(folding, "WORTH", 1)
        assert fold_closed_days(store, DAY + timedelta(days=5)) > 0
    mail = Group(rules=(Rule(what="channel", scope="view", values=("mail",)),))
    rage = raging(points)
    for asked in (SCOPE, replace(SCOPE, device="phone"), replace(SCOPE, segment=mail)):
        among = {
            one["view"] for one in views if not one["bot"] and asked.device in ("", one["device"])
            and (asked.segment is None or one["channel"] == "mail")
        }  # fmt: skip
        mine = [(n, row) for n, row in enumerate(points) if row["view"] in among]
        rows = {row.id: row for row in zone_rows(store, Snapshots(store), ask(store, asked), ZONES)}
        assert [row.id for row in rows.values()] == [one.id for one in ZONES]
        assert (rows["gone"].visitors, rows["gone"].missing, rows["gone"].box) == (0, 1, None)
        everyone = {one["visitor"] for one in views if one["view"] in among}
        for id, elements in OF_ZONE.items():
            inside = [(n, row) for n, row in mine if is_in(row["path"], elements)]
            users = {row["visitor"] for _, row in inside}
            row = rows[id]
            assert (row.clicks, row.visitors, row.of) == (len(inside), len(users), len(everyone)), id
            assert row.dead == len({one["visitor"] for _, one in inside if is_dead(one)}), id
            assert row.rage == len({one["visitor"] for n, one in inside if n in rage}), id
            seen = {
                one["visitor"]
                for one in scrolls
                if one["view"] in among and had_in_view(one["bands"], one["viewport_w"], elements)
            }
            assert row.in_view is not None
            assert (row.in_view.visitors, row.in_view.of) == (len(users & seen), len(seen)), id


def had_in_view(bands: Sequence[int], width: int, elements: Sequence[Element]) -> bool:
    if elements == (BAR,):  # it moves with the window
        return any(ms >= 150 for ms in bands)
    boxes, height = (WIDE_BOXES, 2000) if width == 1000 else (NARROW_BOXES, 4000)
    return bands[middle_band(boxes, elements, height)] >= 150


def test_a_zone_of_one_control_has_the_figures_of_its_row_in_the_table(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    views, scrolls, points = made_rows(random.Random(7))
    insert(store, "views", views)
    insert(store, "scrolls", scrolls)
    insert_points(store, points)
    found = ask(store)
    exposure = element_exposure(store, Snapshots(store), found)
    elements = {row.path: row for row in found.elements}
    [mine] = zone_rows(store, Snapshots(store), found, [zone("buy", BUY1)])
    row = elements[BUY1[0]]
    assert (mine.clicks, mine.visitors, mine.dead, mine.rage) == (row.clicks, row.visitors, row.dead, row.rage)
    assert (mine.share, mine.low, mine.high, mine.of) == (row.share, row.low, row.high, row.of)
    assert mine.in_view == exposure.in_view()[row.index]


def test_clicks_before_an_edit_count_for_the_zone_of_the_matched_element(store: Store) -> None:
    snapshot = take_picture(store, WIDE)
    old = ("main>div:9>button:1", fp(text="Order"))
    insert_elements(store, [*ELEMENTS, old])
    insert(store, "views", [{"view": 1, "visitor": 1}])
    insert(store, "points", [{"view": 1, "visitor": 1, "key": path_key(old[0]), "record": record_id(*old)}])
    at = WIDE.paths.index(BUY1[0])
    match = Match(np.array([record_id(*old)], np.uint64), np.array([at], np.int32), np.array([5.0], np.float32))
    Matches(store).save(1, snapshot.id, PAGE, match)
    [first, second] = zone_rows(store, Snapshots(store), ask(store), [zone("first", CARD1), zone("second", CARD2)])
    assert (first.clicks, first.visitors, second.clicks) == (1, 1, 0)


def test_without_zones_nothing_is_asked(store: Store) -> None:
    take_picture(store, WIDE)
    assert zone_rows(store, Snapshots(store), ask(store), []) == ()


# Rules of segments


def those(store: Store, rule: Rule, zones: Sequence[PageZone] = ZONES, groups: Sequence[PageGroup] = ()) -> int:
    """Visitors of the page who fit a rule, as a question about the page counts them."""
    tree, names = Group(rules=(rule,)), KnownNames(zones=tuple(zones), groups=tuple(groups))
    assert list(names.unknown(tree)) == []
    wanted = wanted_elements([names.resolved(tree)])
    placed = tuple(placed_element(store, Snapshots(store), SCOPE, one) for one in wanted)
    scope = replace(SCOPE, segment=replace(names, placed=placed).resolved(tree))
    return read_exposed(store, scope, (PAGE,), 1000).visitors


@pytest.fixture
def rows(store: Store) -> dict[str, ZoneRow]:
    """The figures of all zones on the widest picture, by id."""
    take_picture(store, WIDE)
    take_picture(store, NARROW)
    insert_elements(store, ELEMENTS)
    views, scrolls, points = made_rows(random.Random(11))
    insert(store, "views", views)
    insert(store, "scrolls", scrolls)
    insert_points(store, points)
    return {row.id: row for row in zone_rows(store, Snapshots(store), ask(store), ZONES)}


def test_the_visitors_of_a_rule_on_a_zone_are_those_of_its_row(store: Store, rows: dict[str, ZoneRow]) -> None:
    assert min(rows["cards"].dead, rows["cards"].rage) > 0
    for id, row in rows.items():
        for scope in ("view", "visit", "visitor"):
            assert those(store, Rule(what="clicked", scope=scope, zone=id)) == row.visitors, (id, scope)
        assert those(store, Rule(what="dead", zone=id)) == row.dead, id
        assert those(store, Rule(what="rage", zone=id)) == row.rage, id
        saw = row.in_view.of if row.in_view else 0
        assert those(store, Rule(what="saw", zone=id)) == saw, id


def test_a_zone_may_be_asked_for_on_some_of_its_pages(store: Store, rows: dict[str, ZoneRow]) -> None:
    lamps = PageGroup(id="1.all", site="1", key="all", name="All", pages=("/**",))
    of_group = replace_record(ZONES[0], page="all")
    for page in ("", PAGE, "/lamps"):
        rule = Rule(what="clicked", zone="head", page=page)
        assert those(store, rule, [of_group], [lamps]) == rows["head"].visitors, page
    assert those(store, Rule(what="clicked", zone="head", page="/elsewhere"), [of_group], [lamps]) == 0
    assert those(store, Rule(what="clicked", zone="head"), [replace_record(ZONES[0], page="deleted-group")]) == 0


def test_a_rule_on_a_zone_of_a_page_without_a_picture_knows_its_elements_by_their_keys(store: Store) -> None:
    insert_elements(store, ELEMENTS)
    insert(store, "views", [{"view": 1, "visitor": 1}])
    insert_points(store, [{"view": 1, "visitor": 1, "key": path_key(CARD1[0]), "record": record_id(*CARD1)}])
    assert those(store, Rule(what="clicked", zone="cards")) == 1
    assert those(store, Rule(what="clicked", zone="head")) == 0
    assert those(store, Rule(what="saw", zone="cards")) == 0


def test_a_rule_on_a_deleted_zone_is_a_fault(store: Store) -> None:
    tree = Group(rules=(Rule(what="clicked", zone="deleted"),), groups=(Group(rules=(Rule(what="saw", zone="head"),)),))
    names = KnownNames(zones=ZONES)
    assert [(one.field, one.code) for one in names.unknown(tree)] == [("rules.0.zone", "no_zone")]
    other = Rule(what="clicked", order="before", other=Action(what="clicked", zone="deleted"))
    assert [one.field for one in names.unknown(Group(rules=(other,)))] == ["rules.0.other.zone"]
    with pytest.raises(BadScope, match="no zone 'deleted'"):
        read_exposed(store, replace(SCOPE, segment=names.resolved(tree)), (PAGE,), 1000)


def test_dwelling_in_a_zone_is_the_time_over_all_its_elements(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    insert(store, "views", [{"view": v, "visitor": v} for v in (1, 2)])
    for visitor, elements in ((1, (BUY1, BUY2)), (2, (BUY1, LOGO))):
        insert_points(store, [
            {"view": visitor, "visitor": visitor, "kind": "hover", "weight": 400.0, "key": path_key(one[0]),
             "record": record_id(*one)}
            for one in elements
        ])  # fmt: skip
    assert those(store, Rule(what="dwelt", zone="cards", least=0.8)) == 1
    assert those(store, Rule(what="dwelt", zone="cards", least=0.4)) == 2
