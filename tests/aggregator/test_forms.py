"""Forms: every figure against a plain loop over the stored inputs and submits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers.forms import form_figures, form_list
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store
from store.layouts import path_key
from store.segments import Action, Goal
from store.snapshots import Snapshot, Snapshots
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, layout, record_id

FIELDS = [(f"form#pay>input:{n}", fp(name=f"field{n}")) for n in range(1, 4)]
SCOPE = Scope(1, (PAGE,), "click", DAY, DAY)
SENT = Goal(id="sent", site="1", name="Sent", action=Action(what="submitted", page=PAGE))
Row = Mapping[str, Any]

row = st.fixed_dictionaries(
    {
        "visitor": st.integers(1, 6),
        "n": st.integers(0, 2),
        "kind": st.sampled_from(("input", "input", "input", "input", "submit")),
        "after": st.integers(0, 1_000_000),
        "value": st.sampled_from((0.0, 1200.0, 5000.0, 61_000.0)),
        "flags": st.sampled_from((0, 0, 1, 2, 3)),
        "bot": st.sampled_from(("", "", "", "crawler")),
    }
)


def stored(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "view": one["visitor"],
            "visitor": one["visitor"],
            "kind": one["kind"],
            "time": NOON + one["after"] * 10 + n,  # no two at one instant
            "key": path_key(FIELDS[one["n"]][0]) if one["kind"] == "input" else path_key("form#pay"),
            "record": record_id(*FIELDS[one["n"]]) if one["kind"] == "input" else 7,
            "value": one["value"] if one["kind"] == "input" else None,
            "flags": one["flags"] if one["kind"] == "input" else 0,
            "bot": one["bot"],
        }
        for n, one in enumerate(rows)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(row, max_size=20))
def test_every_figure_is_that_of_a_plain_loop(store: Store, rows: list[dict[str, Any]]) -> None:
    for table in ("views", "events", "elements"):
        store.command(f"TRUNCATE TABLE {table}")
    insert_elements(store, FIELDS)
    insert(store, "events", stored(rows))
    insert(store, "views", [{"view": n, "visitor": n} for n in range(4, 9)])
    people = [one for one in stored(rows) if not one["bot"]]
    inputs = [one for one in people if one["kind"] == "input"]
    began = {one["visitor"] for one in inputs}
    sent = {one["visitor"] for one in people if one["kind"] == "submit"}
    found = form_figures(store, Snapshots(store), SCOPE, 1000)
    visitors = {one["visitor"] for one in people} | set(range(4, 9))
    assert (found.visitors, found.began, found.submitted) == (len(visitors), len(began), len(began & sent))
    assert found.left == len(began - sent)
    # The goal is "submit anything", so that all who submitted reached it, those with a view of the page.
    with_goal = form_figures(store, Snapshots(store), SCOPE, 1000, SENT)
    assert found.reached is None
    assert with_goal.reached is not None
    assert with_goal.reached.of == len(began & sent)
    assert with_goal.reached.n == len(began & sent & set(range(4, 9)))
    time: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one in inputs:
        time[one["key"]][one["visitor"]] += one["value"]
    last = {who: max((one for one in inputs if one["visitor"] == who), key=lambda one: one["time"])["key"]
            for who in began - sent}  # fmt: skip
    assert {one.key for one in found.fields} == set(time)
    for one in found.fields:
        mine = [i for i in inputs if i["key"] == one.key]
        assert one.reached == one.corrected.of == one.blank.of == len(time[one.key])
        assert one.corrected.n == len({i["visitor"] for i in mine if i["flags"] & 2})
        assert one.blank.n == len({i["visitor"] for i in mine if i["flags"] & 1})
        assert (one.last.n, one.last.of) == (sum(key == one.key for key in last.values()), len(began - sent))
        assert one.median_ms == np.quantile(list(time[one.key].values()), 0.5)
        assert np.isclose(one.ninety_ms, np.quantile(list(time[one.key].values()), 0.9))
    summary = form_list(store, SiteScope(1, DAY, DAY))
    assert [(one.page, one.began, one.submitted) for one in summary] == (
        [(PAGE, len(began), len(began & sent))] if began else []
    )


def test_a_field_is_found_on_the_picture_after_an_edit_of_the_page(store: Store) -> None:
    """The path of the first field was another one; its id is the same."""
    old, new = ("main>div:1>input:9", fp(id="phone", name="phone")), ("form#pay>input:1", fp(id="phone", name="phone"))
    snapshots = Snapshots(store)
    made = layout((*new, (10.0, 20.0, 200.0, 30.0)), names={new[0]: "Phone"})
    snapshots.save(
        Snapshot(id=5, site=1, page=PAGE, width=1000, variant="", state="", url=f"https://{PAGE}", taken=NOON,
                 height=2000, viewport_h=800, title="Pay"),
        made,
        [(2000, b"picture")],
    )  # fmt: skip
    insert_elements(store, [old, new])
    insert(store, "events", [
        {"view": n, "visitor": n, "kind": "input", "time": NOON + n, "value": 1000.0,
         "key": path_key(one[0]), "record": record_id(*one)} for n, one in enumerate((old, new, new), 1)
    ])  # fmt: skip
    found = form_figures(store, snapshots, SCOPE, 1000)
    assert found.snapshot is not None
    by_name = {one.name: one for one in found.fields}
    assert by_name["Phone"].index == 0
    assert by_name["Phone"].reached >= 2
    assert sum(one.reached for one in found.fields) == 3


def test_a_page_without_visits_has_no_form(store: Store) -> None:
    found = form_figures(store, Snapshots(store), SCOPE, 1000)
    assert (found.visitors, found.began, found.fields, found.median_ms) == (0, 0, (), 0.0)
    assert form_list(store, SiteScope(1, DAY, DAY)) == ()
