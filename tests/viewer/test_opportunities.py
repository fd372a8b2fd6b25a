"""The opportunities of a journey: page, API and files over visits that are counted here by a plain loop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.measures.may_win import DevicePlace, win_by_device
from aggregator.measures.share_differences import share_difference
from aggregator.measures.shares import ShareOf, share_of
from store.journeys import Journey, KpiTarget, Opportunity, Stage, Touchpoint
from store.records import Site
from tests.aggregator.build import insert
from tests.viewer.client import Client
from tests.viewer.pages import csrf, table, words
from viewer.app import Viewer

DAYS = "since=2026-02-20&until=2026-02-20"


@dataclass(frozen=True)
class Came:
    """Visitors of a day who saw the list, of whom `on` went on to the basket."""

    day: datetime
    device: str
    visitors: int
    on: int


CAME = (
    Came(datetime(2026, 2, 20, 12, tzinfo=UTC), "desktop", 250, 150),
    Came(datetime(2026, 2, 20, 13, tzinfo=UTC), "phone", 400, 120),
    Came(datetime(2026, 3, 20, 12, tzinfo=UTC), "desktop", 300, 210),
)


@pytest.fixture(scope="module")
def journey(viewer: Viewer, shop: Site) -> Journey:
    rows: list[dict[str, object]] = []
    visitor = 5_000
    for came in CAME:
        for n in range(came.visitors):
            visitor += 1
            for step, page in enumerate(("list", "basket") if n < came.on else ("list",)):
                rows.append(
                    {"site": int(shop.id), "visitor": visitor, "view": visitor * 10 + step, "device": came.device,
                     "time": int(came.day.timestamp() * 1000) + step * 60_000, "page": f"shop.example/{page}"}
                )  # fmt: skip
    insert(viewer.store, "views", rows)
    insert(viewer.store, "touches", rows)
    basket = Touchpoint("basket", {"en": "Basket", "fr": "Panier"}, ("/basket",))
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("list", {"en": "List"}, ("/list",)),)),
        Stage("buy", {"en": "Buy"}, (basket,)),
    )  # fmt: skip
    ideas = (
        Opportunity(key="height", title="Show the height", stage="look", touchpoint="list", state="testing",
                    experiment="gone", owner="Shop team", effort="small"),
        Opportunity(key="price", title="=Price in the list", stage="look", state="planned", shipped_on="2026-03-10"),
        Opportunity(key="fields", title="Fewer fields", stage="buy", state="dropped", note="the carrier needs them"),
        Opportunity(key="last", title="A <b>label</b>", stage="buy"),
    )  # fmt: skip
    made = Journey(id="ideas", site=shop.id, name="Ideas", stages=stages, window_days=1, opportunities=ideas)
    return viewer.definitions.put(made)


def of_the_day(day: int, device: str = "") -> tuple[int, int]:
    """(went on, visitors) of the list."""
    chosen = [one for one in CAME if one.day.month == day and device in ("", one.device)]
    return sum(one.on for one in chosen), sum(one.visitors for one in chosen)


def _fields(journey: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in journey.items() if name not in ("id", "site")}


def share(day: int, device: str = "") -> ShareOf:
    found = share_of(*of_the_day(day, device))
    assert found
    return found


def test_each_may_win_what_the_best_device_shows(owner: Client, shop: Site, journey: Journey) -> None:
    found = owner.get(f"/api/v1/sites/{shop.id}/journeys/ideas/opportunities?{DAYS}").json()["opportunities"]
    assert [one["key"] for one in found] == ["height", "price", "last", "fields"]
    height, _price, last, fields = found
    wanted = win_by_device({name: DevicePlace(of_the_day(2, name)[1], share(2, name)) for name in ("desktop", "phone")})
    assert wanted
    assert (height["may_win"]["low"], height["may_win"]["high"]) == pytest.approx((wanted.low, wanted.high))
    assert (height["may_win"]["device"], height["may_win"]["visitors"]) == ("desktop", 400)
    assert (height["now"]["share"]["visitors"], height["now"]["share"]["of"]) == of_the_day(2)
    assert height["experiment_deleted"]
    assert (last["no_range"], fields["no_range"]) == ("at_end", "closed")
    rows = table(owner.get(f"/api/v1/sites/{shop.id}/journeys/ideas/opportunities.csv?{DAYS}"), "ideas-opportunities")
    assert [row["key"] for row in rows] == ["height", "price", "last", "fields"]
    assert rows[1]["title"] == "'=Price in the list"
    assert float(rows[0]["win_high"]) == pytest.approx(wanted.high)
    assert (
        owner.get(f"/api/v1/sites/{shop.id}/journeys/ideas/opportunities?{DAYS}&device=phone").json()["opportunities"][
            0
        ]["no_range"]
        == "nothing_like"
    )


def test_the_page_shows_ranges_and_the_lane_their_bars(owner: Client, shop: Site, journey: Journey) -> None:
    address = f"/sites/{shop.id}/journeys/ideas"
    page = owner.get(f"{address}/opportunities?{DAYS}").text
    seen = words(page)
    win = win_by_device({name: DevicePlace(of_the_day(2, name)[1], share(2, name)) for name in ("desktop", "phone")})
    assert win
    assert f"{round(win.low)} to {round(win.high)}" in seen
    assert "It says where to look; it is no forecast." in seen
    assert "an experiment that was deleted (gone)" in seen
    assert "nobody yet" in seen
    assert "the carrier needs them" in seen
    assert "<b>label</b>" not in page
    assert "Fewer fields" not in words(owner.get(f"{address}/opportunities?{DAYS}&show=open").text)
    assert owner.get(f"{address}/opportunities?{DAYS}&show=nothing").status_code == 400
    lane = owner.get(f"{address}?{DAYS}").text
    assert f"{round(win.low)} to {round(win.high)}, testing" in words(lane)
    assert 'href="#opp-height"' in lane
    assert 'id="opp-height"' in lane
    assert "#add-opportunity=" not in lane  # each stage has one


def test_shipping_keeps_the_figure_from_before_and_after_follows(
    owner: Client, api: Client, viewer: Viewer, shop: Site, journey: Journey
) -> None:
    address = f"/sites/{shop.id}/journeys/ideas/opportunities"
    token = csrf(owner.get(f"{address}?{DAYS}").text)
    done = owner.post(f"{address}/price", data={"csrf": token, "state": "shipped", "next": f"{address}#opp-price"})
    assert (done.status_code, done.headers["location"]) == (303, f"{address}#opp-price")
    kept = next(one for one in viewer.definitions.get(Journey, "ideas").opportunities if one.key == "price")
    assert kept.before
    assert (kept.before.k, kept.before.n) == of_the_day(2)
    assert (kept.before.since, kept.before.until) == ("2026-02-10", "2026-03-09")
    found = owner.get(f"/api/v1{address}?{DAYS}").json()["opportunities"]
    effect = next(one for one in found if one["key"] == "price")["effect"]
    assert (effect["after"]["visitors"], effect["after"]["of"]) == of_the_day(3)
    assert (effect["after_days"]["since"], effect["after_days"]["until"]) == ("2026-03-11", "2026-04-07")
    expected = share_difference(*of_the_day(2), *of_the_day(3))
    assert (effect["difference"]["low"], effect["difference"]["high"]) == pytest.approx((expected.low, expected.high))
    figures = effect["figures"]
    assert [one["metric"] for one in figures] == ["forward", "frustrated", "exits"]
    nobody = {day: (0, of_the_day(day)[1]) for day in (2, 3)}
    left = {day: (n - k, n) for day, (k, n) in ((2, of_the_day(2)), (3, of_the_day(3)))}
    for one, shares in zip(figures, ({2: of_the_day(2), 3: of_the_day(3)}, nobody, left), strict=True):
        assert one["kept"]
        assert (one["before"]["visitors"], one["before"]["of"]) == shares[2]
        assert (one["after"]["visitors"], one["after"]["of"]) == shares[3]
        expected = share_difference(*shares[2], *shares[3])
        assert (one["difference"]["low"], one["difference"]["high"]) == pytest.approx((expected.low, expected.high))
    assert [(one["beyond_chance"], one["worse"]) for one in figures] == [(True, False), (None, False), (None, False)]
    rows = table(owner.get(f"/api/v1{address}.csv?{DAYS}"), "ideas-opportunities")
    row = next(one for one in rows if one["key"] == "price")
    assert (row["effect_metric"], row["effect_beyond_chance"]) == ("forward", "1")
    assert (row["effect_3_metric"], row["before_3_visitors"], row["after_3_of"]) == ("exits", str(left[2][0]), "300")
    seen = words(owner.get(f"{address}?{DAYS}&show=shipped").text)
    assert "41.5% before, 70.0% after" in seen
    assert "Visits ending before: 58.5%" in seen
    assert "not tested: visits of one visitor depend on each other" in seen
    shipped_today = api.post(f"/api/v1{address}/last", json={"state": "shipped"})
    assert "before" not in shipped_today.json()  # nobody came in the last 28 days
    assert shipped_today.json()["shipped_on"]


def test_saving_the_map_with_a_shipped_opportunity_keeps_the_figure_too(
    api: Client, viewer: Viewer, shop: Site, journey: Journey
) -> None:
    address = f"/api/v1/sites/{shop.id}/journeys/ideas"
    whole = _fields(api.get(address).json())
    idea = next(one for one in whole["opportunities"] if one["key"] == "height")
    idea |= {"state": "shipped", "shipped_on": "2026-03-10"}
    saved = api.post(f"{address}/save", json=whole).json()["journey"]["opportunities"]
    kept = next(one for one in saved if one["key"] == "height")["before"]
    assert (kept["k"], kept["n"], kept["since"], kept["until"]) == (*of_the_day(2), "2026-02-10", "2026-03-09")


@pytest.mark.parametrize(
    ("key", "body", "status"),
    [("height", {"state": "done"}, 422), ("nowhere", {"state": "idea"}, 404), ("height", {"stat": "idea"}, 422)],
)
def test_a_wrong_state_or_opportunity_gets_a_message(
    api: Client, shop: Site, journey: Journey, key: str, body: dict[str, str], status: int
) -> None:
    found = api.post(f"/api/v1/sites/{shop.id}/journeys/ideas/opportunities/{key}", json=body)
    assert found.status_code == status
    assert found.json()["error"]["message"]


def test_an_opportunity_of_a_removed_touchpoint_is_rejected_and_nothing_is_lost(
    api: Client, viewer: Viewer, shop: Site, journey: Journey
) -> None:
    address = f"/api/v1/sites/{shop.id}/journeys/ideas"
    whole = _fields(api.get(address).json())
    whole["stages"][0]["touchpoints"] = []
    found = api.post(f"{address}/save", json=whole)
    assert found.status_code == 422
    assert "opportunities.0.touchpoint" in [fault["field"] for fault in found.json()["error"]["faults"]]
    assert len(viewer.definitions.get(Journey, "ideas").stages[0].touchpoints) == 1


def test_each_figure_stands_beside_that_of_the_period_before(owner: Client, shop: Site, journey: Journey) -> None:
    """29 days from 20 March, and the 29 days before them, which have those of February."""
    days = "since=2026-03-20&until=2026-04-17&with=before"
    found = owner.get(f"/api/v1/sites/{shop.id}/journeys/ideas/map?{days}").json()["before"]["touchpoints"]["list"]
    assert found["visitors"] == of_the_day(2)[1]
    forward, expected = found["shares"]["forward"], share_difference(*of_the_day(2), *of_the_day(3))
    assert (forward["difference"]["low"], forward["difference"]["high"]) == pytest.approx((expected.low, expected.high))
    assert not forward["worse"]  # more go on than before
    seen = words(owner.get(f"/sites/{shop.id}/journeys/ideas?{days}").text)
    assert "before 41.5%, +28.5 points" in seen
    assert "against before: +28.5 points (" in seen
    assert "before 650, −53.8%" in seen
    back = words(owner.get(f"/sites/{shop.id}/journeys/ideas?since=2026-03-20&until=2026-04-17").text)
    assert "before 41.5%" not in back
    for page in ("/api/v1/sites/{}/journeys/ideas/map", "/sites/{}/journeys/ideas"):
        assert owner.get(f"{page.format(shop.id)}?{DAYS}&with=rest").status_code == 400


def test_a_future_state_stands_against_what_is_measured_today(
    owner: Client, api: Client, viewer: Viewer, shop: Site, journey: Journey
) -> None:
    basket = Touchpoint("basket", {"en": "Basket"}, ("/basket",))
    advice = Touchpoint("advice", {"en": "Advice"}, ())
    wanted = (KpiTarget("forward", 0.5), KpiTarget("reach", 0.4))
    seen = Touchpoint("list", {"en": "List"}, ("/list",), targets=wanted, expected_next=("basket",))
    stages = (Stage("look", {"en": "Look"}, (advice,)), Stage("buy", {"en": "Buy"}, (basket, seen)))
    future = Journey(
        id="next", site=shop.id, name="Next", stages=stages, kind="future", based_on="ideas", window_days=1
    )
    viewer.definitions.put(future)
    found = owner.get(f"/api/v1/sites/{shop.id}/journeys/next/gap?{DAYS}").json()
    assert {one["key"]: one["happened"] for one in found["touchpoints"]} == {
        "advice": "added", "basket": "kept", "list": "moved",
    }  # fmt: skip
    forward, reach = found["targets"]["list"]
    k, n = of_the_day(2)
    assert (forward["state"], forward["today"]["n"]) == ("missed", n)
    assert forward["missing"] == pytest.approx(0.5 - k / n)
    assert (reach["state"], reach["missing"]) == ("met", pytest.approx(0.4 - 1.0))
    assert (found["paths"]["list"]["fit"]["visitors"], found["paths"]["list"]["fit"]["of"]) == (k, k)
    assert found["stage_figures"]["look"]["visitors"] == n
    page = words(owner.get(f"/sites/{shop.id}/journeys/next/gap?{DAYS}").text)
    assert "Touchpoints: 1 added, 0 removed, 1 moved." in page
    assert "Go on, target at least 50%: ✗ 41.5%" in page
    assert "8.5 points away" in page
    for one in ("ideas", "next"):
        assert "/journeys/next/gap?since=2026-02-20" in owner.get(f"/sites/{shop.id}/journeys/{one}?{DAYS}").text


def test_a_map_without_a_map_of_today_says_so(
    owner: Client, api: Client, viewer: Viewer, shop: Site, journey: Journey
) -> None:
    stages = journey.stages
    viewer.definitions.put(Journey(id="lost", site=shop.id, name="Lost", stages=stages, kind="future", based_on="gone"))
    page = words(owner.get(f"/sites/{shop.id}/journeys/lost/gap?{DAYS}").text)
    assert "The map that it is based on (gone) is not there any more." in page
    assert owner.get(f"/sites/{shop.id}/journeys/lost?{DAYS}").status_code == 200
    answer = owner.get(f"/api/v1/sites/{shop.id}/journeys/lost/gap?{DAYS}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_current_map")
    assert owner.get(f"/api/v1/sites/{shop.id}/journeys/ideas/gap?{DAYS}").status_code == 404
    whole = _fields(owner.get(f"/api/v1/sites/{shop.id}/journeys/lost").json())
    itself = api.post(f"/api/v1/sites/{shop.id}/journeys/lost/save", json={**whole, "based_on": "lost"})
    assert itself.status_code == 422
    assert [fault["field"] for fault in itself.json()["error"]["faults"]] == ["based_on"]
    kept = api.post(f"/api/v1/sites/{shop.id}/journeys/lost/save", json={**whole, "objective": "Find it"})
    assert (kept.status_code, kept.json()["journey"]["based_on"]) == (200, "gone")
