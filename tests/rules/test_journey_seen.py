"""A map that begins with what was seen."""

from __future__ import annotations

from rules.faults import Faults
from rules.journey import parse
from rules.journey_seen import seen_fields
from rules.journey_template import NewMap
from store.journeys import Journey, Matcher, SeenChannel, SeenPage, SeenSite
from store.segments import Action, Goal

SEEN = SeenSite(
    1_000,
    (
        SeenPage("shop.example/", 900, 0.1), SeenPage("shop.example/lamps/desk-lamp.html", 400, 0.5),
        SeenPage("shop.example/basket", 300, 0.8), SeenPage("www.shop.example/basket", 200, 0.4),
        SeenPage("shop.example/thanks", 100, 1.0), SeenPage("shop.example/rare", 19, 0.5),
    ),
    (SeenChannel("search", 600), SeenChannel("mail", 50), SeenChannel("ai", 49)),
)  # fmt: skip
THANKS = Goal(id="order", site="1", name="Order", action=Action(what="saw", page="/thanks"))


def made(seen: SeenSite = SEEN, *goals: Goal) -> Journey:
    found = parse(seen_fields(seen, NewMap("Seen"), goals), "1")
    assert not isinstance(found, Faults), found
    return found


def test_pages_are_placed_by_how_early_they_are_seen() -> None:
    stages = {stage.key: [one.name["en"] for one in stage.touchpoints] for stage in made().stages}
    assert stages == {
        "arrive": ["Search engines", "Email", "/"],
        "look": ["Desk lamp", "Basket"],
        "decide": ["Thanks"],
    }
    assert made().stages[0].touchpoints[0].name["fr"] == "Moteurs de recherche"
    assert made().stages[0].touchpoints[0].matchers == (Matcher(on="channel", channel="search"),)


def test_the_only_goal_is_the_last_stage_and_its_page_is_nowhere_else() -> None:
    journey = made(SEEN, THANKS)
    assert [stage.key for stage in journey.stages] == ["arrive", "look", "goal"]
    assert (journey.stages[-1].completes, journey.goals) == ("order", ("order",))
    other = Goal(id="other", site="1", name="Other", action=Action(what="sent", name="call"))
    assert [stage.key for stage in made(SEEN, THANKS, other).stages] == ["arrive", "look", "decide"]
    event = made(SEEN, other).stages[-1].touchpoints[0]
    assert event.matchers == (Matcher(on="event", name="call"),)


def test_a_site_where_nothing_was_seen_has_one_stage() -> None:
    assert [stage.key for stage in made(SeenSite()).stages] == ["arrive"]
