"""Clicks as dots, coloured by a trait of their visit."""

from __future__ import annotations

import pytest

from aggregator.answers.confetti import confetti
from aggregator.answers.heatmap import heatmap
from aggregator.queries.point_traits import PointTrait
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import path_key
from store.segments import Group, Rule
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, layout, record_id

GO = ("main>button:1", fp(id="go", text="Go"))
LAYOUT = layout((*GO, (600, 1200, 100, 40)))
HOUR = 3_600_000


def visits(store: Store) -> None:
    """Twelve visitors by mail and phone, eight by search and desktop; the first came before."""
    made = Snapshot(new_id(), 1, PAGE, 1000, "", "", f"https://{PAGE}", NOON, 2000, 800, "Lamps")
    Snapshots(store).save(made, LAYOUT, [(2000, b"picture")])
    insert_elements(store, [GO])
    views, points = [], []
    for n in range(1, 21):
        mail = n <= 12
        who = {"view": n, "visitor": n, "device": "phone" if mail else "desktop", "variants": {"x": "ab"[n % 2]}}
        views.append(who | {"channel": "mail" if mail else "search"})
        points.append(who | {"key": path_key(GO[0]), "record": record_id(*GO)})
    views.append(views[0] | {"view": 99, "time": NOON - 30 * HOUR})
    insert(store, "views", views)
    insert(store, "points", points)


@pytest.mark.parametrize(
    ("trait", "groups"),
    [
        ("channel", (("mail", 12), ("search", 8))),
        ("device", (("phone", 12), ("desktop", 8))),
        ("visitor", (("new", 19), ("returning", 1))),
        ("variant", (("b", 10), ("a", 10))),
    ],
)
def test_dots_have_the_trait_of_their_visit(
    store: Store, trait: PointTrait, groups: tuple[tuple[str, int], ...]
) -> None:
    visits(store)
    heat = heatmap(store, Snapshots(store), Scope(1, (PAGE,), "click", DAY, DAY), 1000)
    found = confetti(store, heat, trait)
    assert (found.groups, found.one_in, found.drawn) == (groups, 1, 20)
    assert set(found.x.tolist()) == {650.0}
    assert set(found.y.tolist()) == {1220.0}
    assert sorted(found.group.tolist()) == [0] * groups[0][1] + [1] * groups[1][1]


def test_dots_are_coloured_by_whether_a_segment_counts_their_view(store: Store) -> None:
    visits(store)
    heat = heatmap(store, Snapshots(store), Scope(1, (PAGE,), "click", DAY, DAY), 1000)
    search = Group(rules=(Rule(what="channel", values=("search",)),))
    found = confetti(store, heat, search)
    assert found.groups == (("in", 8), ("out", 12))
    assert sorted(found.group.tolist()) == [0] * 8 + [1] * 12
    assert confetti(store, heat, Group()).groups == (("in", 20),)
    # Of a map that counts only some, no further dots appear.
    narrow = heatmap(store, Snapshots(store), Scope(1, (PAGE,), "click", DAY, DAY, device="phone"), 1000)
    assert confetti(store, narrow, search).groups == (("out", 12),)


def test_of_many_points_those_of_some_visitors_are_drawn(store: Store) -> None:
    visits(store)
    heat = heatmap(store, Snapshots(store), Scope(1, (PAGE,), "click", DAY, DAY), 1000)
    found = confetti(store, heat, "channel", most=5)
    assert found.one_in == 4
    assert 0 < len(found.x) < 20
    assert sum(n for _, n in found.groups) == len(found.x)
