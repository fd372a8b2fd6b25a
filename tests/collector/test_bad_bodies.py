"""Any request gets a documented answer and is counted once; everything accepted can be stored.

`PARCOURS_TEST_BODIES=100000 python -m pytest tests/collector/test_bad_bodies.py` tries so many instead of 1,000.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from collector import wire
from collector.app import Collector, CollectorSettings
from collector.door.refusal import Reason
from collector.journal.quarantine import Quarantine
from collector.journal.segments import DONE, SEALED, paths, read_records
from collector.surveys import known
from store.client import Store
from tests.collector.batches import at, batch, body
from tests.collector.bodies import Sent, requests
from tests.collector.conftest import DEMO, HEADERS, SITE, Sites
from tests.collector.door import Door, running

BODIES = int(os.environ.get("PARCOURS_TEST_BODIES", "1000"))
STATUS = {because.value.code: because.value.status for because in Reason}
UNASKED = {code for code, status in STATUS.items() if status >= 500}
MAY_WAIT = {408, 429, 503}


@contextmanager
def opened(settings: CollectorSettings, store: Store | None) -> Iterator[Door]:
    with running(Collector(store, settings, Sites(SITE, DEMO))) as one:
        yield one


def checked(door: Door, sent: Sent) -> str:
    """Send it; the one reason it was counted under."""
    before = door.counted()
    status, headers, text = door.ask(sent)
    counted = door.counted() - before
    assert counted.total() == 1, f"counted {dict(counted)}, answered {status} {text[:300]!r}"
    [reason] = counted
    if reason in ("accepted", "duplicate"):
        assert (status, text) == (204, b"")
        return reason
    error = json.loads(text)["error"]
    assert set(error) == {"code", "message", "hint"}
    assert all(isinstance(words, str) and words for words in error.values())
    assert len(text) < 2_000
    assert "Traceback" not in text.decode()
    assert error["code"] == reason
    assert status == STATUS[reason]
    assert reason not in UNASKED, "nothing is wrong with the collector"
    assert ("retry-after" in headers) == (status in MAY_WAIT)
    return reason


@pytest.mark.timeout(max(300, BODIES / 5))
def test_any_request_is_answered_counted_and_what_is_accepted_can_be_stored(
    settings: CollectorSettings, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "REREAD", 0.0)  # most answers name surveys that are not known
    settings = replace(settings, segment_seconds=2.0, keep_done_seconds=1e9, keep_done_bytes=1 << 40)
    reasons: Counter[str] = Counter()
    with opened(settings, store) as door:

        @examples(
            max_examples=BODIES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        )
        @given(requests())
        def one(sent: Sent) -> None:
            reasons[checked(door, sent)] += 1

        one()
        door.drained()
        aside = Quarantine(settings.journal)
        assert [(path.name, aside.why(path)) for path in aside.segments()] == []
        stored = store.rows("SELECT uniqExact(view) AS n FROM views")[0]["n"]
    print(f"{reasons.total()} requests: {dict(reasons.most_common())}; {stored} views in the store")
    assert {"accepted", "not_json", "shape", "too_large", "not_gzip", "method", "origin"} <= set(reasons)
    assert reasons["accepted"] > reasons.total() / 10
    records = [r for path in paths(settings.journal, DONE) for r in read_records(path.read_bytes())]
    assert len(records) == reasons["accepted"]
    assert stored == len({json.loads(record.body)["view"] for record in records})  # damage may make one of another


@examples(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_the_normal_form_of_a_batch_is_read_as_the_same_batch(sent: Sent) -> None:
    try:
        taken = wire.decode(sent.body)
    except wire.WireError:
        return
    normal = wire.encode(taken)
    assert b"\n" not in normal
    again = wire.decode(normal)
    assert not isinstance(again, wire.Later)
    assert wire.encode(again) == normal
    if not isinstance(taken, wire.Later):
        assert again == taken


WHOLE = body()
ZIPPED = HEADERS | {"content-encoding": "gzip"}
NAMED: list[tuple[str, bytes, str]] = [
    ("as long as may be", body(view="as-long-as-may-be-------").ljust(wire.MAX_BODY), "accepted"),
    ("one byte longer", body().ljust(wire.MAX_BODY + 1), "too_large"),
    ("60,000 brackets", at("sum.ms", 1).replace(b'"ms": 1', b'"ms":' + b"[" * 30_000 + b"]" * 30_000), "shape"),
    ("64,000 brackets of a new kind", body(pinch=1)[:-2] + b"[" * 32_000 + b"]" * 32_000 + b"}", "not_json"),
    ("open brackets", b"[" * 60_000, "shape"),
    ("the last of two", WHOLE[:-1] + b',"seq":-1}', "shape"),
    ("NaN", WHOLE.replace(b'"seq":0', b'"seq":NaN'), "not_json"),
    ("1e999", WHOLE.replace(b'"seq":0', b'"seq":1e999'), "shape"),
    ("a huge number", WHOLE.replace(b'"seq":0', b'"seq":' + b"9" * 400), "shape"),
    ("half a pair of surrogates", WHOLE.replace(b'"lang":"en"', b'"lang":"\\ud800x"'), "not_json"),
    ("NUL in a text", at("ctx.lang", "e\0n"), "accepted"),
    ("NUL as it is", WHOLE.replace(b'"lang":"en"', b'"lang":"e\0n"'), "not_json"),
    ("element missing", at("click.e", [0, 2]), "shape"),
    ("columns of unequal length", at("hover.d", [1]), "shape"),
    ("version", body(v=2, pinch={"t": [1]}), "version"),
    ("not a page", at("ctx.url", "file:///etc/passwd"), "page"),
    ("someone else's page", at("ctx.url", "https://evil.example/"), "origin"),
]


@pytest.mark.parametrize(("text", "reason"), [case[1:] for case in NAMED], ids=[case[0] for case in NAMED])
def test_named_bodies(settings: CollectorSettings, text: bytes, reason: str) -> None:
    with opened(settings, None) as door:
        assert checked(door, Sent(text)) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (gzip.compress(body()), "accepted"),
        (gzip.compress(b" " * 10_000_000), "too_large"),
        (gzip.compress(body().ljust(wire.MAX_BODY + 1)), "too_large"),
        (gzip.compress(WHOLE)[:-1], "not_gzip"),
        (gzip.compress(WHOLE)[:-8] + b"\0" * 8, "not_gzip"),
        (gzip.compress(WHOLE) + b"x", "not_gzip"),
        (gzip.compress(gzip.compress(WHOLE)), "not_json"),
        (WHOLE, "not_gzip"),
        (b"", "not_gzip"),
    ],
    ids=["whole", "bomb", "too long inside", "cut", "wrong sum", "more behind it", "twice", "not at all", "nothing"],
)
def test_gzip(settings: CollectorSettings, text: bytes, reason: str) -> None:
    with opened(settings, None) as door:
        assert checked(door, Sent(text, ZIPPED)) == reason


def test_the_clock_of_a_visitor_may_be_anything(settings: CollectorSettings, store: Store) -> None:
    """Kept with the time of receipt where the visitor's cannot be true, and counted."""
    last = 4_102_444_800_000
    clocks = [(0, 0), (last, 0), (0, last), (last, last)]
    clocks += [(last // 200 * n, 0) for n in range(200)]  # were each kept, the engine would refuse so many months
    with opened(settings, store) as door:
        for sent, began in clocks:
            assert checked(door, Sent(body(sent=sent, t0=began))) == "accepted"
        door.drained()
        far = "abs(dateDiff('hour', time, now64(3)))"
        for table in ("views", "points", "scrolls", "touches"):
            [row] = store.rows(f"SELECT max({far}) AS hours, count() AS n FROM {table}")
            assert row["hours"] <= 25, table
            assert row["n"] > 0


def test_kinds_of_a_later_tracker_are_counted_and_the_rest_is_stored(settings: CollectorSettings) -> None:
    with opened(settings, None) as door:
        later = batch(pinch={"t": [1], "e": [0]}, **{"me@home.example": 1})
        later["ctx"]["colours"] = 30
        assert checked(door, Sent(json.dumps(later).encode())) == "accepted"
        assert checked(door, Sent(body())) == "accepted"
        assert checked(door, Sent(body(pinch={}, seq=-1))) == "shape"
        assert door.skipped() == (1, "* pinch")
    [record] = [r for path in paths(settings.journal, SEALED) for r in read_records(path.read_bytes())][:1]
    kept = json.loads(record.body)
    assert kept["click"] == later["click"]
    assert "pinch" not in kept
    assert "colours" not in kept["ctx"]
