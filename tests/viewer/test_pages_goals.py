"""The pages of goals, and of experiments that a goal decides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rules import goal as goals
from store.records import Experiment, Site
from store.segments import Goal
from tests.aggregator.build import NOON, insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, post, words
from viewer.app import Viewer

ARRIVE = {"name": "Arrive", "action": {"what": "saw", "page": "/lamps"}}


@pytest.fixture
def arrive(viewer: Viewer, shop: Site) -> Iterator[Goal]:
    made = goals.add(viewer.definitions, shop.id, ARRIVE)
    yield made
    for one in viewer.definitions.find(Goal):
        viewer.definitions.delete(one)
    viewer.work.forget()


def test_a_goal_is_made_changed_and_deleted_by_its_form(owner: Client, viewer: Viewer, shop: Site) -> None:
    new = f"/sites/{shop.id}/goals/new"
    begun = owner.get(f"{new}?what=sent&event=order&name=Order").text
    assert '<option value="sent" selected>' in begun
    assert 'name="event" value="order"' in begun
    fields = {"name": "Deep", "what": "scrolled", "least": "75", "most": "9", "event": "left over", "counted": "once"}
    assert post(owner, new, **fields).status_code == 303  # type: ignore[attr-defined]
    made = viewer.definitions.get(Goal, "deep")
    assert (made.action.what, made.action.least, made.action.most, made.action.name) == ("scrolled", 0.75, None, "")
    form = f"/sites/{shop.id}/goals/deep/edit"
    assert 'name="least" value="75"' in owner.get(form).text
    changed = fields | {"what": "sent", "event": "order", "least": "2,5", "most": "", "version": "1"}
    post(owner, form, **changed)
    assert viewer.definitions.get(Goal, "deep").action.least == 2.5
    late = post(owner, form, **changed)
    assert late.status_code == 409  # type: ignore[attr-defined]
    post(owner, form, do="delete")
    assert viewer.definitions.find(Goal) == []
    assert "No goal yet" in words(owner.get(f"/sites/{shop.id}/goals").text)


def test_faults_are_shown_beside_their_fields(owner: Client, shop: Site) -> None:
    refused = post(owner, f"/sites/{shop.id}/goals/new", name="", what="sent", event="", counted="once")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert 'data-fault="action.name"' in refused.text  # type: ignore[attr-defined]
    assert "Event : Enter the name of the event." in words(refused.text)  # type: ignore[attr-defined]


def test_the_list_has_the_figures_of_the_period(owner: Client, shop: Site, arrive: Goal) -> None:
    seen = words(owner.get(f"/sites/{shop.id}/goals?{DAYS}").text)
    assert "60 visitors counted" in seen
    assert "Arrive saw /lamps 60 100.0% 94.0–100.0 60" in seen
    assert "few" in words(owner.get(f"/sites/{shop.id}/goals?days=1").text)
    gone = owner.get(f"/sites/{shop.id}/goals?goal=lost")
    assert gone.status_code == 404
    assert "Show no goal" in words(gone.text)


def test_a_deleted_goal_of_a_map_offers_the_map_without_it(owner: Client, shop: Site) -> None:
    gone = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&goal=lost&{DAYS}")
    assert gone.status_code == 404
    assert "There is no goal “lost”. It may have been deleted. Show no goal" in words(gone.text)


def test_the_table_of_a_map_says_who_reached_the_goal_after_each_element(
    owner: Client, api: Client, viewer: Viewer, shop: Site, arrive: Goal
) -> None:
    page = f"/sites/{shop.id}/heatmap?page=/lamps&width=1000&{DAYS}"
    assert "Goal None" in words(owner.get(page).text)
    seen = words(owner.get(f"{page}&goal=arrive&sort=goal").text)
    assert "“Arrive”: reached afterwards, by those who clicked and by those who only saw it." in seen
    assert "Seen before the goal, not its cause." in seen
    assert "few" in seen  # nobody measured what was in view
    header, *rows = api.get(f"/api/v1{page}&format=csv&table=elements&goal=arrive").text.splitlines()
    assert header.endswith("goal_clicked_low,goal_clicked_high,goal_only_saw_visitors,goal_only_saw_of,"
                           "goal_only_saw_share,goal_only_saw_low,goal_only_saw_high")  # fmt: skip
    assert rows


def test_the_experiments_that_need_somebody_come_first(owner: Client, viewer: Viewer, shop: Site, arrive: Goal) -> None:
    views = [
        {"site": int(shop.id), "view": 9000 + n, "visitor": 9000 + n, "time": NOON, "page": f"shop.example/{page}",
         "variants": {page: "ab"[n % 2]}}
        for page, numbers in (("enough", range(120)), ("early", range(200, 260))) for n in numbers
    ]  # fmt: skip
    views += [
        {"site": int(shop.id), "view": 9500 + n, "visitor": 9000 + n, "time": NOON + 1000, "page": "shop.example/lamps"}
        for n in range(120) if n % 2 or n < 20
    ]  # fmt: skip
    views += [
        {"site": int(shop.id), "view": 9800 + n, "visitor": 9800 + n, "time": NOON, "page": "shop.example/broken",
         "variants": {"broken": "ab"[n < 20]}, "browser": "Safari"}
        for n in range(150)
    ]  # fmt: skip
    insert(viewer.store, "views", views)
    for id, planned in (("enough", 50), ("early", 50), ("broken", 50)):
        fields = {"name": id.title(), "id": id, "pages": f"/{id}", "variant_key": ["a", "b"], "goal": "arrive",
                  "variant_name": ["As it was", "New"], "variant_url": ["", ""], "planned": str(planned),
                  "started": "2026-03-01", "ended": ""}  # fmt: skip
        assert post(owner, f"/sites/{shop.id}/experiments/new", **fields).status_code == 303  # type: ignore[attr-defined]
    assert viewer.definitions.get(Experiment, "enough").goal == "arrive"

    seen = words(owner.get(f"/sites/{shop.id}/experiments").text)
    assert "1 running, 2 need you" in seen
    assert seen.index("Broken /broken") < seen.index("Enough /enough") < seen.index("Early /early")
    assert "No verdict: the split is off" in seen
    assert "B better. 100.0% against 16.7% reached “Arrive”." in seen
    assert "30 of 50 visitors" in seen
    assert "Not a result yet." in seen
    only = words(owner.get(f"/sites/{shop.id}/experiments?state=running").text)
    assert "Early" in only
    assert "Enough /enough" not in only

    one = words(owner.get(f"/sites/{shop.id}/experiments/enough").text)
    assert "Goal: Arrive B better." in one
    assert "A As it was 60 10 16.7%" in one
    kept = words(owner.get(f"/sites/{shop.id}/experiments/early").text)
    assert "A As it was 30 kept back" in kept
    split = words(owner.get(f"/sites/{shop.id}/experiments/broken").text)
    assert "Where the split is off" in split
    assert "Safari 130 : 20" in split

    viewer.definitions.delete(arrive)
    viewer.work.forget()
    assert "No result: its goal was deleted." in words(owner.get(f"/sites/{shop.id}/experiments").text)


def test_the_planned_size_is_computed_beside_the_form(owner: Client, shop: Site) -> None:
    seen = owner.get(f"/sites/{shop.id}/experiments/new?share=12&change=20").text
    assert "2,934 visitors per variant" in words(seen)
    unread = words(owner.get(f"/sites/{shop.id}/experiments/new?share=x&change=20").text)
    assert "Compute So many" in unread
