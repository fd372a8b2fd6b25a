"""A page that was edited twice: each version is matched separately."""

from __future__ import annotations

import numpy as np

from aggregator.linkage.choice import ElementChoice
from aggregator.linkage.versions import PastLayout, match_versions, periods, standing
from aggregator.shapes.records import Records, RecordTimes
from store.layouts import Layout
from tests.aggregator.build import record_id, records
from tests.aggregator.trees import El, el, page

NAMES = ["Arc", "Bow", "Cup", "Dot", "Elm", "Fir"]
DAY = 86_400_000


def item(name: str) -> El:
    return el("li", el("a", text=name, href=f"/{name}", classes=["link"]))


def version(*names: str) -> Layout:
    head = el("header", el("h1", text="Lamps"), el("a", text="Basket", href="/basket"))
    return page(head, el("main", el("ul", *(item(name) for name in names))))


FIRST = version(*NAMES)
SECOND = version("New", *NAMES)
THIRD = version("Newer", "New", *NAMES)  # as it is now
EDITS = (FIRST, 1), (SECOND, 3), (THIRD, 5)  # with the day of its visits


def links(layout: Layout) -> list[tuple[str, str]]:
    return [(p, f) for p, f, tag in zip(layout.paths, layout.fps, layout.tags, strict=True) if tag == "a"]


def visited(*made: tuple[Layout, int]) -> tuple[Records, RecordTimes]:
    """The records of visits, and when they were seen in views with a record that is no longer on the page."""
    everything = records(list(dict.fromkeys(pair for layout, _ in made for pair in links(layout))))
    first, last, times = np.zeros((3, len(everything)), np.int64)
    for layout, day in made:
        if layout is THIRD:
            continue
        at = everything.locate(np.array([record_id(*pair) for pair in links(layout)], np.uint64))
        first[at] = np.where(times[at] > 0, first[at], day * DAY)
        last[at], times[at] = (day + 1) * DAY - 1, times[at] + 1
    return everything, RecordTimes(first, last, times)


def right(made: Records, found: ElementChoice, layout: Layout) -> dict[str, str]:
    """The path in the layout that each record of a link was matched to, by path and words."""
    return {
        f"{path} {fp}": layout.paths[at] if at >= 0 else ""
        for path, fp, at in zip(made.paths, made.fps, found.element.tolist(), strict=True)
    }


def moved(layout: Layout, by: int) -> dict[str, str]:
    """Where each link of an earlier version is in the newest one."""
    now = {fp: path for path, fp in links(THIRD)}
    return {f"{path} {fp}": now[fp] for path, fp in links(layout)}


def test_records_of_three_versions_do_not_compete() -> None:
    made, seen = visited(*EDITS)
    found = right(made, match_versions(made, seen, THIRD), THIRD)
    for layout, by in ((FIRST, 2), (SECOND, 1), (THIRD, 0)):
        assert {k: found[k] for k in moved(layout, by)} == moved(layout, by)


def test_records_are_matched_through_a_picture_of_their_time() -> None:
    made, seen = visited(*EDITS)
    older = [PastLayout(4 * DAY, SECOND), PastLayout(2 * DAY, FIRST)]
    found = right(made, match_versions(made, seen, THIRD, older), THIRD)
    for layout, by in ((FIRST, 2), (SECOND, 1), (THIRD, 0)):
        assert {k: found[k] for k in moved(layout, by)} == moved(layout, by)


def test_standing_records_are_matched_to_themselves() -> None:
    made, seen = visited((THIRD, 5))
    assert match_versions(made, seen, THIRD).element.tolist() == standing(made, THIRD).tolist()


def test_an_edit_is_found_where_many_keys_change_their_record() -> None:
    made, seen = visited(*EDITS)
    old = np.flatnonzero(seen.times > 0)
    found = periods(made.key[old], seen.first[old], seen.last[old])
    assert len(found) == 2
    of_first = {record_id(*pair) for pair in links(FIRST)}
    assert set(made.record[old][found[0]].tolist()) == of_first


def test_a_greeting_is_not_an_edit() -> None:
    key = np.array([1] * 40 + [2, 3, 4, 5], np.uint64)
    first = np.concatenate([np.arange(40) * DAY, np.zeros(4)]).astype(np.int64)
    last = np.concatenate([np.arange(40) * DAY, np.full(4, 40 * DAY)]).astype(np.int64)
    assert [part.tolist() for part in periods(key, first, last)] == [list(range(44))]


def test_pictures_separate_periods() -> None:
    key = np.array([1, 2], np.uint64)
    found = periods(key, np.array([1, 5]), np.array([2, 6]), [4])
    assert [part.tolist() for part in found] == [[0], [1]]
