"""The id of an imported event says what its row is: the same in every file that holds the row."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.importing import mapping, matomo, posthog
from parcours.importing.items import Item, Source
from parcours.importing.rows import rows_of

UTC = ZoneInfo("UTC")
Row = dict[str, Any]


def order(n: int, **changes: Any) -> Row:
    at = f"2026-11-20T09:{n:02}:00Z"
    row = {"uuid": f"o{n}", "event": "order", "distinct_id": "c", "timestamp": at, "properties": {"value": n}}
    return row | changes


def nameless(n: int) -> Row:
    return {name: value for name, value in order(n).items() if name != "uuid"}


def call(n: int) -> Row:
    return {"name": "call", "time": 1_795_165_200 + n // 3, "value": 1}  # every three rows are equal


def visit(n: int, most: int = 9) -> Row:
    at = 1_795_165_200 + 60 * n
    actions = [
        {"type": "ecommerceOrder", "orderId": f"order {n}", "revenue": 59.9, "timestamp": at},
        {"type": "event", "eventCategory": "Video", "eventAction": "Play", "pageId": 10 * n, "timestamp": at},
        {"type": "goal", "goalName": "signup", "goalId": 1, "timestamp": at},
        {"type": "search", "timestamp": at},
        {"type": "search", "timestamp": at},
    ]
    return {"idSite": 1, "idVisit": n, "visitorId": "0123456789abcdef", "actionDetails": actions[:most]}


READERS: dict[str, tuple[Callable[[Any], Source], Callable[[int], Row], int]] = {
    "PostHog": (lambda rows: posthog.items(rows, {}, {}, UTC), order, 1),
    "PostHog without uuid": (lambda rows: posthog.items(rows, {}, {}, UTC), nameless, 1),
    "table": (lambda rows: mapping.events(rows, {}, {}, UTC), call, 1),
    "Matomo": (lambda rows: matomo.items(rows, UTC), visit, 5),
}


def ids(read: Callable[[Any], Source], rows: list[Row]) -> list[str]:
    return [str(item.body["id"]) for item in read(enumerate(rows, 1)).items if isinstance(item, Item)]


@pytest.mark.parametrize("reader", READERS)
@given(st.data())
def test_a_row_has_one_id_in_every_file(reader: str, data: st.DataObject) -> None:
    """Files that overlap, in any order, together have the ids of the whole export, each row once."""
    read, row, each = READERS[reader]
    whole = [row(n) for n in range(12)]
    expected = ids(read, whole)
    assert len(set(expected)) == 12 * each
    # Equal rows stay together, as they do in exports cut by time.
    cuts = sorted(data.draw(st.sets(st.sampled_from([3, 6, 9]), max_size=3)))
    found: set[str] = set()
    for begin, end in zip([0, *cuts], [*cuts, 12], strict=True):
        overlap = data.draw(st.integers(0, begin // 3)) * 3
        part = whole[begin - overlap : end]
        if reader != "table":
            part = data.draw(st.permutations(part))
        found.update(ids(read, part))
    assert found == set(expected)


def test_a_visit_with_more_actions_later_keeps_the_ids_of_the_first_ones() -> None:
    read, *_ = READERS["Matomo"]
    assert ids(read, [visit(1, most=3)]) == ids(read, [visit(1)])[:3]


def test_an_order_of_matomo_is_one_in_every_visit_that_names_it() -> None:
    read, *_ = READERS["Matomo"]
    again = visit(1) | {"idVisit": 99}
    assert ids(read, [again])[0] == ids(read, [visit(1)])[0]
    assert ids(read, [visit(1) | {"idSite": 2}])[0] != ids(read, [visit(1)])[0]


def test_the_api_and_the_export_of_posthog_name_an_event_alike(tmp_path: Path) -> None:
    row = order(1)
    row["id"] = row.pop("uuid")
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"results": [row]}))
    read, *_ = READERS["PostHog"]
    from_api = [item.body["id"] for item in read(rows_of(path)).items if isinstance(item, Item)]
    assert from_api == ids(read, [order(1)])


def test_equal_rows_without_an_id_are_as_many_events() -> None:
    read, *_ = READERS["table"]
    assert len(set(ids(read, [call(0), call(1), call(2)]))) == 3


def test_a_rows_own_id_is_kept() -> None:
    read, *_ = READERS["table"]
    assert ids(read, [call(0) | {"id": "order-4711"}]) == ["order-4711"]


def views(visits: list[Row]) -> list[str]:
    read, *_ = READERS["Matomo"]
    return [item.view for item in read(enumerate(visits, 1)).items if isinstance(item, Item) and item.view]


@pytest.mark.parametrize("own_id", [True, False])
def test_a_view_of_matomo_is_one_in_every_answer(own_id: bool) -> None:
    """A page of the API that was read again when the visit had more actions, and actions in another order."""
    actions = [
        {"type": "action", "url": f"https://shop.example/{n}", "timestamp": 1_795_165_200 + n}
        | ({"pageId": n + 1} if own_id else {})
        for n in range(4)
    ]
    whole = visit(1) | {"actionDetails": actions}
    assert len(set(views([whole]))) == 4
    assert set(views([whole | {"actionDetails": actions[:2]}, whole | {"actionDetails": actions[::-1]}])) == set(
        views([whole])
    )
    assert not set(views([whole | {"idVisit": 2}])) & set(views([whole]))
