"""One question, read in one place."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.question import (
    COMPARISON,
    JOURNEY,
    MAP,
    PERIOD,
    WIDTHS,
    Question,
    Reading,
    parse,
)  # fmt: skip
from rules.resolve import Known, resolve
from store.devices import DEVICES
from store.kinds import MAP_KINDS
from store.records import Experiment, PageState, Site, Variant
from store.snapshots import Snapshot
from tests.rules.test_period import PERIODS, TODAY

SITE = Site(id="1", name="S", key="k", domains=("shop.example",))
MENU = PageState(id="1.menu", site="1", key="menu", name="Main menu", pages=("/lamps",), steps=("click nav",))
BANNER = PageState(id="1.b", site="1", key="banner", name="Banner", pages=("/**",), steps=("click x",), first=True)
BUTTON = Experiment(
    id="button", site="1", name="The button", pages=("/lamps",), variants=(Variant("a", "A"), Variant("b", "B"))
)
OLD = Snapshot(1, 1, "shop.example/lamps", 1000, "", "drawer", "https://shop.example/lamps", 0, 2000, 800, "Lamps")
KNOWN = Known(SITE, snapshots=(OLD,), states=(BANNER, MENU), experiments=(BUTTON,))

WORD = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)
MAPS = st.builds(
    Question,
    site=st.just(1),
    page=WORD.map("shop.example/{}".format),
    kind=st.sampled_from(MAP_KINDS),
    period=PERIODS,
    device=st.sampled_from(("", *DEVICES)),
    width=st.none() | st.integers(*WIDTHS),
    variant=st.none() | st.tuples(WORD, WORD),
    state=st.just("") | WORD,
    robots=st.booleans(),
    goal=st.just("") | WORD,
).map(lambda q: replace(q, state="" if q.kind == "scroll" else q.state))
COMPARISONS = st.builds(
    lambda q, name, kind: replace(q, experiment=name, kind=kind, variant=None),
    MAPS, WORD, st.sampled_from(COMPARISON.kinds),
)  # fmt: skip


@given(MAPS)
def test_a_map_comes_back_from_its_address(asked):
    assert parse(1, asked.query(), MAP, TODAY) == Reading(asked)


@given(COMPARISONS)
def test_a_comparison_comes_back_from_its_address(asked):
    assert parse(1, asked.query(), COMPARISON, TODAY) == Reading(asked)


@given(MAPS)
def test_a_map_comes_back_from_its_json(asked):
    given = {name: str(value).lower() if value is not None else "" for name, value in asked.as_json(TODAY).items()}
    text = {name: given[name] for name in ("kind", "device", "bots", "since", "until", "width")}
    text |= {name: str(asked.as_json(TODAY)[name]) for name in ("page", "variant", "state", "goal")}
    assert parse(1, text, MAP, TODAY) == Reading(asked.fixed(TODAY))


@given(st.dictionaries(st.sampled_from(COMPARISON.names), st.text(max_size=20)), st.sampled_from([MAP, COMPARISON]))
def test_anything_gives_a_question_whose_address_can_be_read(query, asks):
    found = resolve(parse(1, query, asks, TODAY), KNOWN)
    assert {fault.field for fault in found.faults} <= set(asks.names)
    again = parse(1, found.question.query(), asks, TODAY)
    assert again.question == found.question


def test_what_is_usual_is_left_out_of_the_address():
    usual = {"page": "a.b/c", "kind": "click", "days": "28", "device": "all", "bots": "0"}
    assert parse(1, usual, MAP, TODAY).question.query() == {"page": "a.b/c"}


def test_a_fixed_question_has_its_dates_and_its_width():
    fixed = Question(1, "a.b/c").fixed(date(2026, 3, 28), 1366).query()
    assert fixed == {"page": "a.b/c", "width": "1366", "since": "2026-03-01", "until": "2026-03-28"}


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ({"page": ""}, ["page missing"]),
        ({"page": " "}, ["page missing"]),
        ({"kind": "tap"}, ["kind choice"]),
        ({"device": "watch"}, ["device choice"]),
        ({"device": "wall"}, ["device choice"]),
        ({"bots": "yes"}, ["bots choice"]),
        ({"width": "5"}, ["width whole_number"]),
        ({"width": "99999"}, ["width whole_number"]),
        ({"width": "abc"}, ["width whole_number"]),
        ({"variant": "b"}, ["variant variant_form"]),
        ({"variant": "button:"}, ["variant variant_form"]),
        ({"variant": "button:c"}, ["variant no_variant"]),
        ({"kind": "scroll", "state": "menu"}, ["state state_of_reach"]),
        ({"state": "banner"}, ["state no_state"]),
        ({"page": "/other", "state": "menu"}, ["state no_state"]),
        ({"page": "??", "state": "menu"}, ["page no_page"]),
        ({"kind": "tap", "width": "abc", "days": "0"}, ["kind choice", "width whole_number", "days whole_number"]),
        ({"page": "/a", "saw": ","}, ["saw values_missing"]),
        ({"page": "/a", "channel": " , "}, ["channel values_missing"]),
    ],
)
def test_all_faults_are_found_in_the_order_of_the_parameters(query, faults):
    found = resolve(parse(1, {"page": "/lamps"} | query, MAP, TODAY), KNOWN)
    assert [f"{fault.field} {fault.code}" for fault in found.faults] == faults


def test_what_can_be_read_is_kept_beside_the_faults():
    query = {"page": "/lamps", "kind": "hover", "device": "watch", "since": "2026-06-15", "until": "2026-05-20"}
    found = resolve(parse(1, query, MAP, TODAY), KNOWN).question
    assert (found.page, found.kind, found.device) == ("shop.example/lamps", "hover", "")
    assert found.period.since == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("query", "part", "value"),
    [
        ({"variant": "The button:b"}, "variant", ("button", "b")),
        ({"variant": "button:b"}, "variant", ("button", "b")),
        ({"variant": "elsewhere:x"}, "variant", ("elsewhere", "x")),  # measured without being defined here
        ({"state": "Main menu"}, "state", "menu"),
        ({"state": "menu"}, "state", "menu"),
        ({"state": "drawer"}, "state", "drawer"),  # deleted, but there is a picture
        ({"page": "https://www.shop.example/lamps?x=1"}, "page", "shop.example/lamps"),
    ],
)
def test_names_become_what_the_tables_have(query, part, value):
    found = resolve(parse(1, {"page": "/lamps"} | query, MAP, TODAY), KNOWN)
    assert (getattr(found.question, part), found.faults) == (value, ())


def test_an_experiment_is_found_by_id_or_name():
    def found(name):
        return resolve(parse(1, {"page": "/lamps", "experiment": name}, COMPARISON, TODAY), KNOWN).question.experiment

    assert (found("button"), found("The button"), found("elsewhere")) == ("button", "button", "elsewhere")


@pytest.mark.parametrize(
    ("query", "faults"),
    [({}, ["experiment missing"]), ({"kind": "scroll"}, ["kind choice", "experiment missing"]),
     ({"variant": "button:a"}, ["variant shows_both", "experiment missing"])],
)  # fmt: skip
def test_a_comparison_shows_both_variants(query, faults):
    found = parse(1, {"page": "/lamps"} | query, COMPARISON, TODAY)
    assert [f"{fault.field} {fault.code}" for fault in found.faults] == faults


def test_a_route_reads_only_its_own_parameters():
    everything = {"page": "/lamps", "kind": "tap", "device": "watch", "days": "0"}
    assert [fault.field for fault in parse(1, everything, PERIOD, TODAY).faults] == ["days"]
    assert [fault.field for fault in parse(1, everything, JOURNEY, TODAY).faults] == ["days", "device"]
