"""Any body is read, or refused with a message that says where; what is read is in the journal as it was sent."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.backend.body import events_of, lines_of
from collector.backend.message import Event, Unreadable, WrongEvent, decode_event, decode_events, decode_imported
from collector.backend.records import Preparing
from collector.backend.settings import DAY_MS, BackendSettings
from collector.door.refusal import Refusal, RefusalError
from collector.enrich.visitors import Visitors
from collector.journal.known_batches import record_id
from collector.journal.segments import as_line, read_records
from collector.known_sites import KnownSite
from tests.collector.conftest import SITE

NOW = int(time.time() * 1000)
KNOWN = KnownSite(7, SITE)
VISITORS = Visitors(None)
WORDS = st.text("abc.:-_9", min_size=1, max_size=8)
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=64)
EVENTS = st.fixed_dictionaries(
    {"name": TEXT},
    optional={
        "id": st.text(st.characters(codec="utf-8"), max_size=200),
        "time": st.integers(NOW - 1_000 * DAY_MS, NOW),
        "value": st.none() | st.floats(-1e12, 1e12),
        "visitor": st.text(st.characters(codec="utf-8"), max_size=200),
        "page": st.just("https://www.shop.example/a?b=c"),
        "variants": st.dictionaries(WORDS, WORDS, max_size=10),
    },
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def prepared(event: Event, name: str = "") -> Any:
    return Preparing(BackendSettings(), VISITORS, NOW).event(event, KNOWN, name, "$")


@given(EVENTS)
def test_an_event_is_in_the_journal_as_it_was_sent(sent: dict[str, Any]) -> None:
    made = prepared(decode_event(json.dumps(sent).encode()), "id 1")
    (record,) = read_records(made.record)
    line = json.loads(as_line(record))
    assert as_line(record).count(b"\n") == 1
    assert (line["x"]["site"], line["x"]["page"]) == (7, "shop.example/a" if "page" in sent else "")
    assert line["b"]["custom"] == {"t": [0], "n": [sent["name"]], "v": [sent.get("value")]}
    assert line["b"]["t0"] == sent.get("time", NOW)
    assert line["b"]["ctx"] == {"variants": sent.get("variants", {})}
    assert (line["x"]["visitor"] == "0") == (not sent.get("visitor"))
    assert record_id(record) == made.id  # a collector that starts knows it again


@given(EVENTS, st.text(min_size=1), st.text(min_size=1))
def test_a_name_makes_the_id_and_nothing_else_does(sent: dict[str, Any], one: str, other: str) -> None:
    event = decode_event(json.dumps(sent).encode())
    again = msgspec.structs.replace(event, value=1.0)
    assert prepared(event, one).id == prepared(again, one).id
    assert (prepared(event, one).id == prepared(event, other).id) == (one == other)
    assert prepared(event).id != prepared(event).id


@given(ANYTHING)
def test_any_json_is_read_or_refused(value: object) -> None:
    body = json.dumps(value).encode()
    for decode in (decode_event, decode_events, decode_imported):
        with contextlib.suppress(Unreadable, WrongEvent):
            decode(body)


SOME = st.lists(EVENTS.map(json.dumps), max_size=4).map(lambda some: "\n".join(some).encode())


@given(st.binary(max_size=200).filter(bytes.strip) | SOME.filter(bool))
def test_every_line_is_accepted_known_or_refused(body: bytes) -> None:
    lines = lines_of(body, "key", "Shop", 1000)
    assert [line.number for line in lines] == [n for n, text in enumerate(body.split(b"\n"), 1) if text.strip()]
    for line in lines:
        assert line.read.message if isinstance(line.read, Refusal) else line.name


@given(st.binary(max_size=200))
def test_no_bytes_break_a_body(body: bytes) -> None:
    with pytest.raises(RefusalError):
        events_of(body + b"{", "", "", 1000)


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_a_cut_body_is_refused(cut: int) -> None:
    body = json.dumps({"events": [{"name": "order", "value": 59.9, "id": "order-4711"}]}).encode()
    with pytest.raises(RefusalError) as refused:
        events_of(body[:cut], "", "", 1000)
    assert refused.value.refusal.status == 400


@pytest.mark.parametrize(
    "text",
    [
        b'{"name":"\\ud800"}',
        b'{"name":"\xff"}',
        b'{"name":"a","value":NaN}',
        b'{"name":"a","value":1e999}',
        b'{"name":"a","value":' + b"[" * 5000,
    ],
)
def test_what_json_should_not_hold(text: bytes) -> None:
    with pytest.raises((Unreadable, WrongEvent)):
        decode_event(text)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1), timezones=st.timezones()))
def test_a_time_is_the_same_as_text_and_in_ms(when: datetime) -> None:
    said = [when.isoformat(), round(when.timestamp() * 1000)]
    made = [prepared(decode_event(json.dumps({"name": "a", "time": time}).encode())) for time in said]
    times = [json.loads(as_line(record))["b"]["t0"] for one in made for record in read_records(one.record)]
    assert times[0] == times[1] == round(when.astimezone(UTC).timestamp() * 1000)
