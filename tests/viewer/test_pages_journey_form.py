"""The form of a journey: read in its order, changed by its buttons, back into a record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as replace_struct

from rules.faults import accepted
from rules.find import stored_of
from rules.journey import parse
from store.journeys import Journey, KpiTarget, LaneCell, Matcher, Opportunity, Persona, Stage, Touchpoint
from viewer.pages.journey.form import JourneyForm, act, fields_of, form_of, read_form

STORED = Journey(
    id="first",
    version=3,
    site="1",
    name="First lamp",
    stages=(
        Stage(
            "a",
            {"en": "Aware", "fr": "Sensible"},
            (Touchpoint("home", {"en": "Home"}, ("/",)),),
            {"fr": "Trouver"},
            ("slow",),
        ),
        Stage("b", {"en": "Buy"}, (Touchpoint("cart", {"en": "Cart"}, ("/cart", "/basket")),)),
    ),
    objective="A lamp",
    review_on="2026-12-01",
    window_days=14,
)
FORM = form_of(stored_of(STORED), "en", "fr")


def as_fields(form: JourneyForm) -> list[tuple[str, str]]:
    """The fields in the order in which the page has them."""
    fields = [("version", str(form.version)), ("name", form.name), ("objective", form.objective)]
    fields += [("review_on", form.review_on), ("window_days", form.window_days)]
    for stage in form.stages:
        fields += [
            ("stage", stage.key),
            ("stage_name", stage.name),
            ("stage_other", stage.other),
            ("stage_goal", stage.goal),
        ]
        for t in stage.touchpoints:
            fields += [("touchpoint", t.key), ("tp_name", t.name), ("tp_other", t.other), ("tp_pages", t.pages)]
        fields.append(("stage_pains", stage.pains))
    return fields


def shape(form: JourneyForm) -> list[tuple[str, list[str]]]:
    return [(stage.key, [t.key for t in stage.touchpoints]) for stage in form.stages]


def test_a_form_comes_back_as_it_went() -> None:
    hinted = replace(FORM.stages[0], goal_hint="")  # a hint is shown, not sent
    assert read_form(as_fields(FORM)) == replace(FORM, stages=(hinted, *FORM.stages[1:]))


def test_a_record_comes_back_as_it_was() -> None:
    fields = fields_of(read_form(as_fields(FORM)), stored_of(STORED), "en", "fr")
    again = accepted(parse(fields, "1", stored_of(STORED)))
    assert again.stages == STORED.stages  # the goal that has no English yet too
    assert (again.version, again.window_days, again.objective) == (3, 14, "A lamp")


@pytest.mark.parametrize(
    ("button", "after"),
    [
        ("right:a", [("b", ["cart"]), ("a", ["home"])]),
        ("left:a", [("a", ["home"]), ("b", ["cart"])]),
        ("remove:a", [("b", ["cart"])]),
        ("tp-right:home", [("a", []), ("b", ["cart", "home"])]),
        ("tp-left:home", [("a", ["home"]), ("b", ["cart"])]),
        ("tp-remove:cart", [("a", ["home"]), ("b", [])]),
        ("left:gone", [("a", ["home"]), ("b", ["cart"])]),
        ("", [("a", ["home"]), ("b", ["cart"])]),
    ],
)
def test_buttons(button: str, after: list[tuple[str, list[str]]]) -> None:
    assert shape(act(FORM, button)) == after


def test_touchpoints_move_within_a_stage() -> None:
    both = act(FORM, "tp-right:home")
    assert shape(act(both, "tp-up:home"))[1] == ("b", ["home", "cart"])
    assert shape(act(both, "tp-down:cart"))[1] == ("b", ["home", "cart"])


def test_new_stages_and_touchpoints_get_unique_keys() -> None:
    more = act(act(FORM, "add"), "add")
    keys = [stage.key for stage in more.stages]
    assert len(set(keys)) == 4
    grown = act(more, f"tp-add:{keys[-1]}")
    assert len(grown.stages[-1].touchpoints) == 1


def test_the_last_stage_stays() -> None:
    assert shape(act(act(FORM, "remove:a"), "remove:b")) == [("b", ["cart"])]


def test_a_map_has_at_most_twelve_stages() -> None:
    form = FORM
    for _ in range(20):
        form = act(form, "add")
    assert len(form.stages) == 12


def test_what_the_form_does_not_show_is_kept() -> None:
    rich = replace_struct(
        STORED,
        stages=(
            replace_struct(STORED.stages[0], completes="order", window_days=3),
            replace_struct(
                STORED.stages[1],
                touchpoints=(
                    Touchpoint(
                        "cart",
                        {"en": "Cart"},
                        ("/cart",),
                        matchers=(Matcher(on="event", name="code_refused"),),
                        expected_next=("home",),
                        targets=(KpiTarget("forward", 0.7),),
                    ),
                ),
            ),
        ),
        cells=(
            LaneCell(lane="pains", stage="b", text={"en": "No price", "fr": "Pas de prix"}, evidence="research"),
            LaneCell(lane="emotion", stage="a", mood=1.5),
        ),
        personas=(Persona(key="p", name="The tenant"),),
        opportunities=(Opportunity(key="o", title="Show the price", stage="b", touchpoint="cart"),),
    )
    form = form_of(stored_of(rich), "en", "fr")
    assert form.stages[1].pains == "No price"
    stages = (form.stages[0], replace(form.stages[1], pains="No price at all"))
    typed = read_form(as_fields(replace(form, stages=stages)))
    again = accepted(parse(fields_of(typed, stored_of(rich), "en", "fr"), "1", stored_of(rich)))
    assert again.stages == rich.stages
    assert (again.personas, again.opportunities) == (rich.personas, rich.opportunities)
    assert again.cells[0] == replace_struct(rich.cells[0], text={"en": "No price at all", "fr": "Pas de prix"})
    assert again.cells[1] == rich.cells[1]
    fewer = accepted(parse(fields_of(act(typed, "remove:b"), stored_of(rich), "en", "fr"), "1", stored_of(rich)))
    assert ([stage.key for stage in fewer.stages], fewer.opportunities) == (["a"], ())
    assert [cell.stage for cell in fewer.cells] == ["a"]
