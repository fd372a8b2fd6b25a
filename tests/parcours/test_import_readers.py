"""Readers of `parcours import`: tables, PostHog's events, Matomo's visits. All fixtures are made up."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import wire
from collector.backend.message import decode_event, decode_imported
from parcours.importing import mapping, matomo, posthog
from parcours.importing.checking import ServerLimits, examine
from parcours.importing.items import Bad, Item, Made
from parcours.importing.mapping import Unmapped, milliseconds
from parcours.importing.rows import UnreadableFile, rows_of
from parcours.importing.sending import MAX_BYTES, MAX_ITEMS, chunks
from store.visitors import own_id
from tests.parcours.tables import write_parquet

UTC = ZoneInfo("UTC")
LIMITS = ServerLimits(1_796_000_000_000)  # a few days after the examples


def table(path: Path, **columns: str) -> list[Made]:
    return list(mapping.events(rows_of(path), columns, {"name": "order"}, UTC).items)


def bodies(items: list[Made]) -> list[dict[str, Any]]:
    return [item.body for item in items if isinstance(item, Item)]


# --- tables


def test_csv_with_mapped_columns_and_invalid_lines(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(
        b"\xef\xbb\xbfoccurred_at;total;customer;note\n"
        b"2026-11-20T10:00:00+01:00;59.9;customer 7;\n"
        b'2026-11-20 09:00:00;1;"two\nlines; quoted";x\n'
        b"2026-11-20;ten;c;\n"
        b"yesterday;1;c;\n"
        b"2026-11-20;1\n"
        b"2026-11-20;1;\xff;\n"
    )
    items = table(path, time="occurred_at", value="total", visitor="customer")
    first, second = bodies(items)
    assert first.pop("id") != second["id"]
    assert first == {
        "name": "order", "time": 1_795_165_200_000, "value": 59.9, "visitor": "customer 7",
    }  # fmt: skip
    assert (second["visitor"], second["time"]) == ("two\nlines; quoted", 1_795_165_200_000)
    assert [(bad.line, bad.message.split()[0]) for bad in items if isinstance(bad, Bad)] == [
        (5, "value:"), (6, "time:"), (7, "2"), (8, "The"),
    ]  # fmt: skip


def test_ndjson_and_gz(tmp_path: Path) -> None:
    lines = [{"name": "call", "time": 1_795_165_200, "variants": {"a": "b"}}, {"name": "x", "variants": "hero:b buy:c"}]
    path = tmp_path / "calls.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n\n".join([json.dumps(line).encode() for line in lines] + [b"[1]", b"{"])))
    items = table(path)
    assert [body["variants"] for body in bodies(items)] == [{"a": "b"}, {"hero": "b", "buy": "c"}]
    assert bodies(items)[0]["time"] == 1_795_165_200_000
    assert [bad.line for bad in items if isinstance(bad, Bad)] == [5, 7]


def test_parquet(tmp_path: Path) -> None:
    pytest.importorskip("chdb")
    path = tmp_path / "orders.parquet"
    write_parquet(
        path,
        "SELECT number AS id, 'order' AS name, number / 2 AS value, "
        "toDateTime64('2026-11-20 09:00:00', 3, 'UTC') + number AS time FROM numbers(3000)",
    )
    items = bodies(table(path))
    assert [body["id"] for body in items] == [str(n) for n in range(3000)]
    assert (items[2]["value"], items[2]["time"]) == (1.0, 1_795_165_202_000)


def test_a_file_with_other_content_is_reported(tmp_path: Path) -> None:
    for name, content, words in (
        ("a.xlsx", b"", "the extension must be"),
        ("a.json", b"{}\n{}", "Name it .ndjson"),
        ("a.csv", b"", "is empty"),
        ("a.parquet", b"no", "cannot read it"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(UnreadableFile, match=words):
            list(rows_of(path))


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=64),
                "value": st.none() | st.floats(-1e12, 1e12),
                "time": st.datetimes(datetime(1970, 1, 1), datetime(2099, 1, 1)).map(
                    lambda t: t.replace(tzinfo=UTC).isoformat()
                ),
                "visitor": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1),
            }
        ),
        min_size=1,
        max_size=5,
    )
)
def test_csv_and_ndjson_give_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    text = io.StringIO()
    writer = csv.DictWriter(text, ["name", "value", "time", "visitor"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "a.csv").write_text(text.getvalue(), "utf-8", newline="")
    (folder / "a.ndjson").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    made = [bodies(table(folder / name)) for name in ("a.csv", "a.ndjson")]
    plain = [[{k: v for k, v in body.items() if k != "id"} for body in some] for some in made]
    assert plain[0] == plain[1]
    assert len(plain[0]) == len(rows)


@given(st.integers(0, 4_102_444_800_000))
def test_times_come_back(ms: int) -> None:

    assert milliseconds(datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds"), UTC) == ms
    assert milliseconds(str(ms // 1000), UTC) == ms // 1000 * 1000


@pytest.mark.parametrize("value", ["", "soon", "2026-13-01", "nan", "1e400", [], "99999999999999999999"])
def test_an_invalid_time_is_reported(value: object) -> None:
    with pytest.raises(Unmapped, match="time: "):
        milliseconds(value)


@given(st.lists(st.sampled_from(["events", "batches", "bad"]), max_size=40), st.integers(1, 400_000))
def test_chunks_keep_the_order_and_the_limits(kinds: list[str], length: int) -> None:
    items: list[Made] = [
        Bad(n, "") if kind == "bad" else Item(n, kind, {"x": "x" * length})  # type: ignore[arg-type]
        for n, kind in enumerate(kinds)
    ]
    made = list(chunks(items))
    assert [item for chunk in made for item in chunk] == items
    for chunk in made:
        sent = [item for item in chunk if isinstance(item, Item)]
        assert len({item.kind for item in sent}) <= 1
        assert len(chunk) <= MAX_ITEMS
        assert sum(len(json.dumps(item.body)) for item in sent) <= MAX_BYTES


# --- PostHog

WEB = {
    "$current_url": "https://shop.example/lamps?utm_source=x&secret=1#top", "$session_id": "s1", "$pageview_id": "p1",
    "$viewport_width": 1366, "$viewport_height": 768, "$browser": "Chrome", "$os": "Linux", "$device_type": "Desktop",
    "$referrer": "https://search.example/?q=lamp",
}  # fmt: skip


def told(event: str, at: str, **properties: Any) -> dict[str, Any]:
    return {
        "uuid": "u", "event": event, "distinct_id": "customer 7", "timestamp": f"2026-11-20T{at}Z",
        "properties": WEB | properties,
    }  # fmt: skip


POSTHOG = [
    told("$pageview", "09:00:00"),
    told("$heatmap", "09:00:05", **{"$heatmap_data": {
        "https://shop.example/lamps": [
            {"x": 683, "y": 1000.4, "target_fixed": False, "type": "click"},
            {"x": 10, "y": 20, "target_fixed": True, "type": "click"},
            {"x": 10, "y": 20, "target_fixed": True, "type": "rageclick"},
            {"x": 1, "y": 2, "target_fixed": False, "type": "mousemove"},
        ],
        "https://shop.example/other": [{"x": 5, "y": 6, "type": "click"}],
    }}),
    told("$autocapture", "09:00:06", **{"$event_type": "click"})
    | {"elements_chain": 'button.buy:attr__class="buy"text="Buy now"'},
    told("order", "09:01:00", value=59.9),
    told("$pageleave", "09:02:00", **{
        "$prev_pageview_pathname": "/lamps", "$prev_pageview_max_content": 1400,
        "$prev_pageview_max_content_percentage": 0.7,
    }),
]  # fmt: skip


def from_posthog(path: Path) -> tuple[list[Made], dict[str, int]]:
    source = posthog.items(rows_of(path), posthog.heights_of(rows_of(path)), {}, UTC)
    return list(source.items), dict(source.left_out)


def test_posthog_clicks_become_points_of_views(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_text("\n".join(map(json.dumps, POSTHOG)))
    items, left_out = from_posthog(path)
    found = examine(items, LIMITS)
    assert (found.batches, found.events, found.points, found.bad) == (3, 2, 3, [])
    assert left_out == {"$heatmap_data rageclick": 1, "$heatmap_data mousemove": 1, "$pageleave": 1}

    view, clicks, other = [body for body in bodies(items) if "batch" in body]
    assert (view["browser"], view["os"], view["device"]) == ("Chrome", "Linux", "desktop")
    assert view["batch"]["view"] == clicks["batch"]["view"] != other["batch"]["view"]
    assert [one["batch"]["seq"] for one in (view, clicks, other)] == [0, 1, 0]
    context = clicks["batch"]["ctx"]
    assert (context["url"], context["ref"]) == ("https://shop.example/lamps", "https://search.example/")
    assert (context["vw"], context["ph"], context["id"]) == (1366, 2000, "@customer 7")
    assert other["batch"]["ctx"]["ph"] == 0
    decoded = wire.decode(bytes(decode_imported(json.dumps(clicks).encode()).batch))
    assert decoded.click is not None
    assert (decoded.click.px, decoded.click.py, decoded.click.x, decoded.click.y) == (
        [683, 10], [1000, 20], [5000, 73], [5002, 100],
    )  # fmt: skip
    assert decoded.t0 == 1_795_165_200_000
    assert decoded.click.t == [5000, 0]

    capture, order = [body for body in bodies(items) if "batch" not in body]
    assert (capture["name"], "Buy now" in json.dumps(capture)) == ("click button", False)
    assert (order["name"], order["value"], order["visitor"]) == ("order", 59.9, "customer 7")
    assert order["time"] == 1_795_165_260_000


def test_other_posthog_formats_give_the_same(tmp_path: Path) -> None:
    """An API's answer, properties as text (batch exports), and columns of a CSV."""
    paths = [tmp_path / name for name in ("a.ndjson", "b.json", "c.csv", "d.ndjson")]
    paths[0].write_text("\n".join(map(json.dumps, POSTHOG)))
    paths[1].write_text(json.dumps({"next": None, "results": POSTHOG}))
    with paths[2].open("w", newline="") as file:
        writer = csv.writer(file)
        names = sorted({name for event in POSTHOG for name in event["properties"]})
        writer.writerow(["event", "distinct_id", "timestamp", "elements_chain", *(f"properties.{n}" for n in names)])
        for event in POSTHOG:
            cells = [event["properties"].get(name, "") for name in names]
            plain = [event.get(name, "") for name in ("event", "distinct_id", "timestamp", "elements_chain")]
            writer.writerow([*plain, *(json.dumps(c) if isinstance(c, dict) else c for c in cells)])
    paths[3].write_text("\n".join(json.dumps(e | {"properties": json.dumps(e["properties"])}) for e in POSTHOG))
    made = [[{k: v for k, v in body.items() if k != "id"} for body in bodies(from_posthog(p)[0])] for p in paths]
    assert made[0] == made[1] == made[2] == made[3]


def test_an_invalid_posthog_event_rejects_only_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    wrong = [
        {"event": "x"}, {"timestamp": "2026-11-20T09:00:00Z"}, {"event": "x", "timestamp": "soon"},
        {"event": "x", "timestamp": "2026-11-20T09:00:00Z", "properties": "{"},
        told("$heatmap", "09:00:00", **{"$heatmap_data": {"https://shop.example/": [{"x": "a", "y": 1}]}}),
        told("$heatmap", "09:00:00", **{"$heatmap_data": {"https://shop.example/": 1}}),
        told("order", "09:00:00", value="a lot"),
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, wrong)))
    items, _ = from_posthog(path)
    assert [(type(item), item.line) for item in items] == [(Bad, n) for n in range(1, 8)]


# --- Matomo

VISIT = {
    "idSite": 1, "idVisit": 9, "visitorId": "0123456789abcdef", "userId": None, "deviceType": "Smartphone",
    "browserName": "Mobile Safari", "operatingSystemName": "iOS", "resolution": "390x844", "languageCode": "fr",
    "referrerUrl": "https://search.example/?q=lamp",
    "actionDetails": [
        {"type": "action", "url": "https://shop.example/lamps", "pageId": 1, "timeSpent": "8", "timestamp": 1795165200},
        {"type": "event", "eventCategory": "Basket", "eventAction": "Add", "eventValue": 2,
         "url": "https://shop.example/lamps", "timestamp": 1795165210},
        {"type": "ecommerceOrder", "orderId": "7", "revenue": 59.9, "timestamp": 1795165220},
        {"type": "outlink", "url": "https://elsewhere.example/", "timestamp": 1795165230},
        {"type": "crash", "timestamp": 1795165240},
        {"type": "action", "timestamp": 1795165250},
    ],
}  # fmt: skip


def test_matomos_visits(tmp_path: Path) -> None:
    path = tmp_path / "visits.json"
    path.write_text(json.dumps([VISIT, {"idVisit": 10}]))
    source = matomo.items(rows_of(path), UTC)
    items = list(source.items)
    assert dict(source.left_out) == {"crash": 1}
    assert [(bad.line, bad.message) for bad in items if isinstance(bad, Bad)] == [
        (1, "action 6: url is missing"), (2, "actionDetails is missing"),
    ]  # fmt: skip
    event, order, outlink, view = bodies(items)
    batch = wire.decode(bytes(decode_imported(json.dumps(view).encode()).batch))
    assert (batch.sum.ms, batch.ctx.vw, batch.ctx.id, batch.t0) == (8000, 390, "0123456789abcdef", 1_795_165_200_000)
    assert (view["device"], view["os"]) == ("phone", "iOS")
    assert (event["name"], event["value"], event["page"]) == ("Basket Add", 2.0, "https://shop.example/lamps")
    assert (order["name"], order["value"], order["browser_id"]) == ("order", 59.9, "0123456789abcdef")
    assert "page" not in outlink
    for body in (event, order, outlink):
        decode_event(json.dumps(body).encode())
    assert len({body["id"] for body in (event, order, outlink)}) == 3


def test_views_and_events_of_a_long_user_id_are_of_one_visitor(tmp_path: Path) -> None:
    name = "customer " + "7" * 80
    path = tmp_path / "visits.json"
    path.write_text(json.dumps([VISIT | {"userId": name}]))
    *events, view = bodies(list(matomo.items(rows_of(path), UTC).items))
    sent = wire.decode(bytes(decode_imported(json.dumps(view).encode()).batch)).ctx.id
    assert sent == own_id(name)
    assert {own_id(str(event["visitor"])) for event in events} == {sent}
