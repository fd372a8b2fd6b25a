"""Two people change one journey at the same time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.journey_lanes import USUAL_LANES, laid_out
from rules.journey_merge import merged
from store.journeys import Journey, LaneCell, Opportunity, Stage, Touchpoint


def touchpoint(key: str, *pages: str, after: tuple[str, ...] = ()) -> Touchpoint:
    return Touchpoint(key, {"en": key}, pages, expected_next=after)


def cell(lane: str, stage: str, text: str = "", at: str = "") -> LaneCell:
    return LaneCell(lane=lane, stage=stage, touchpoint=at, text={"en": text} if text else {})


LOOK = Stage("look", {"en": "Look"}, (touchpoint("list", "/lamps", after=("basket",)),))
BUY = Stage("buy", {"en": "Buy"}, (touchpoint("basket", "/basket"),))
PAIN = cell("pains", "buy", "The code does nothing")
BASE = Journey(id="j", site="1", name="First lamp", stages=(LOOK, BUY), lanes=USUAL_LANES, cells=(PAIN,), version=3)


def theirs(**changes: object) -> Journey:
    return replace(BASE, version=4, **changes)


def test_changes_of_different_parts_are_both_taken_over() -> None:
    goal = cell("goal", "look", "Find a lamp")
    result = merged(BASE, replace(BASE, objective="Sell", cells=(PAIN, goal)), theirs(name="Second lamp"))
    assert result.clashes == ()
    assert result.journey == replace(BASE, name="Second lamp", objective="Sell", cells=(PAIN, goal), version=4)


def test_both_texts_of_one_cell_are_kept() -> None:
    mine, other = (replace(PAIN, text={"en": text}) for text in ("Mine", "Theirs"))
    result = merged(BASE, replace(BASE, cells=(mine,)), theirs(cells=(other,)), "ann")
    assert result.clashes == ("cells.pains/buy",)
    assert result.journey.cells == (replace(mine, other={"en": "Theirs"}, other_by="ann"),)


def test_a_field_that_both_changed_keeps_the_stored_value() -> None:
    result = merged(BASE, replace(BASE, name="Mine"), theirs(name="Theirs"))
    assert (result.journey.name, result.clashes) == ("Theirs", ("name",))


def test_two_fields_of_one_touchpoint() -> None:
    mine = replace(LOOK, touchpoints=(replace(LOOK.touchpoints[0], pages=("/lamps/*",)),))
    other = replace(LOOK, touchpoints=(replace(LOOK.touchpoints[0], name={"en": "Lists"}),))
    result = merged(BASE, replace(BASE, stages=(mine, BUY)), theirs(stages=(other, BUY)))
    assert result.clashes == ()
    assert result.journey.stages[0].touchpoints[0] == replace(
        LOOK.touchpoints[0], name={"en": "Lists"}, pages=("/lamps/*",)
    )


def test_a_touchpoint_that_one_moved_and_the_other_renamed() -> None:
    moved = (replace(LOOK, touchpoints=()), replace(BUY, touchpoints=(*LOOK.touchpoints, *BUY.touchpoints)))
    renamed = replace(LOOK, touchpoints=(replace(LOOK.touchpoints[0], name={"en": "Lists"}),))
    at_it = cell("actions", "look", "Sorts by price", at="list")
    result = merged(BASE, replace(BASE, stages=moved), theirs(stages=(renamed, BUY), cells=(PAIN, at_it)))
    assert result.clashes == ()
    assert [one.key for one in result.journey.stages[1].touchpoints] == ["list", "basket"]
    assert result.journey.stages[1].touchpoints[0].name == {"en": "Lists"}
    assert result.journey.cells[1].place == ("actions", "buy", "list")


def test_a_stage_that_one_removed_while_the_other_wrote_in_it_stays() -> None:
    written = cell("goal", "buy", "Pay without an account")
    mine = replace(BASE, stages=(replace(LOOK, touchpoints=(touchpoint("list", "/lamps"),)),), cells=())
    result = merged(BASE, mine, theirs(cells=(PAIN, written)))
    assert result.clashes == ("stages.buy",)
    assert [stage.key for stage in result.journey.stages] == ["look", "buy"]
    assert result.journey.cells == (written,)
    assert result.journey.stages[0].touchpoints[0].expected_next == ()


def test_what_stood_at_a_removed_touchpoint_moves_to_its_stage() -> None:
    at_it = cell("pains", "buy", "Hidden price", at="basket")
    mine = replace(BASE, stages=(LOOK, replace(BUY, touchpoints=())))
    idea = Opportunity(key="o", title="Say why", stage="buy", touchpoint="basket")
    result = merged(BASE, mine, theirs(cells=(PAIN, at_it), opportunities=(idea,)))
    assert result.journey.cells == (replace(PAIN, text={"en": "The code does nothing\nHidden price"}),)
    assert result.journey.opportunities[0].touchpoint == ""


KEYS = st.sampled_from("abc")


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    at = draw(st.dictionaries(st.sampled_from("tuv"), KEYS, max_size=3))
    names = draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    stages = tuple(
        Stage(
            key, {"en": draw(st.sampled_from(["One", "Two"]))}, tuple(touchpoint(t) for t, s in at.items() if s == key)
        )
        for key in names
    )
    places = draw(
        st.lists(st.tuples(st.sampled_from(["goal", "pains"]), st.sampled_from(names)), unique=True, max_size=4)
    )
    cells = tuple(cell(lane, stage, draw(st.sampled_from(["x", "y", "z"]))) for lane, stage in places)
    return replace(BASE, name=draw(st.sampled_from(["N", "M"])), stages=stages, cells=cells)


@given(journeys(), journeys(), journeys())
def test_no_text_is_lost_and_the_result_is_consistent(base: Journey, mine: Journey, other: Journey) -> None:
    result = merged(base, mine, other).journey
    stages = {stage.key for stage in result.stages}
    assert len(stages) == len(result.stages)
    assert all(one.stage in stages for one in result.cells)
    touchpoints = [one.key for _, one in result.touchpoints]
    assert len(touchpoints) == len(set(touchpoints))
    known = {one.place: one for one in base.cells}
    texts = {(one.place, text["en"]) for one in result.cells for text in (one.text, one.other) if text}
    for one in (*mine.cells, *other.cells):
        if one != known.get(one.place):
            assert (one.place, one.text["en"]) in texts


@given(journeys(), journeys())
def test_one_change_alone_is_taken_over_whole(base: Journey, mine: Journey) -> None:
    for result in (merged(base, mine, base), merged(base, base, mine)):
        assert result.clashes == ()
        assert {stage.key for stage in result.journey.stages} == {stage.key for stage in mine.stages}
        assert sorted(one.place for one in result.journey.cells) == sorted(one.place for one in mine.cells)


def test_texts_of_stages_move_into_cells() -> None:
    old = replace(BASE, lanes=(), cells=(), stages=(replace(LOOK, goal={"fr": "Trouver"}, pains=("slow", "dear")), BUY))
    new = laid_out(old)
    assert [one.key for one in new.lanes] == [lane.key for lane in USUAL_LANES]
    assert new.cells == (
        LaneCell(lane="goal", stage="look", text={"fr": "Trouver"}),
        LaneCell(lane="pains", stage="look", text={"en": "slow\ndear"}),
    )
    assert new.stages == (LOOK, BUY)
    assert laid_out(new) == new
