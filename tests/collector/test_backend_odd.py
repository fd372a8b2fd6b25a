"""Any request of a backend gets a documented answer; each line is accepted, known or refused, and counted.

`PARCOURS_TEST_BODIES=100000 python -m pytest tests/collector/test_backend_odd.py` tries so many instead of 500.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from collector.app import Collector, CollectorSettings, Rate
from collector.backend import BackendSettings, Senders
from collector.backend.message import Event
from collector.backend.refusal import BackendReason
from collector.door.refusal import Reason
from collector.journal.quarantine import Quarantine
from store.client import Store
from tests.collector.backend import BATCHES, EVENTS, ORDER, Named, Tokens, ndjson
from tests.collector.bodies import OF_TEXT, OF_ZIP, Sent, damaged, dumped, fields, leaf, whole
from tests.collector.conftest import DEMO, SITE
from tests.collector.door import Door, running

BODIES = int(os.environ.get("PARCOURS_TEST_BODIES", "500"))
STATUS = {one.value.code: one.value.status for one in (*Reason, *BackendReason)}
UNTOLD = {"time", "page", "variants", "site", "touchpoint"}  # drawn below, with what the type does not say
HEAD = {"content-type": "application/x-ndjson", "authorization": "Bearer shop"}
JSON = HEAD | {"content-type": "application/json"}
NOW = int(time.time() * 1000)

_TIMES = st.sampled_from([
    None, NOW, NOW - 10**9, 0, NOW + 10**9, 4_102_444_800_000, "2026-11-20T10:00:00+01:00", "2026-11-20T10:00:00",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-02-30T00:00:00Z", "now",
])  # fmt: skip
_PAGES = st.sampled_from([
    "", "https://shop.example/", "https://shop.example/thanks?x=1", "https://a.shop.example/%ff?x=%00#y", "file:///etc",
    "https://shop.example/\0", "https://evil.example/", "http://[::1", "https://shop.example:99999/", "//shop.example",
    "https://shop.example\\@evil.example/", "https://shop.example/anna@home.example/4111111111111111",
]) | st.text(max_size=40).map("https://shop.example/".__add__)  # fmt: skip
_SITES = st.sampled_from(["Shop"] * 6 + ["7", "Demo", "", "Nowhere", "\0"])
_HEADERS = st.sampled_from([
    {}, {}, {}, {"idempotency-key": "order-\xff"}, {"idempotency-key": "k" * 201}, {"content-type": "text/html"},
    {"content-type": "\xff;;"}, {"content-encoding": "br"}, {"content-length": "-1"}, {"content-length": "9" * 5000},
    {"authorization": "Bearer \xff"}, {"authorization": "bearer"}, {"authorization": "Basic c2hvcA=="},
])  # fmt: skip


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """One event within the limits of its types; sites, pages and times may be no such things."""
    types = {name: kind for name, kind in fields(Event).items() if name not in UNTOLD}
    made = draw(st.fixed_dictionaries({}, optional={name: leaf(kind) for name, kind in types.items()}))
    made |= {"name": made.get("name", "order"), "site": draw(_SITES)}
    made |= draw(st.fixed_dictionaries({}, optional={"time": _TIMES, "page": _PAGES}))
    if draw(st.integers(0, 5)):
        made.pop("browser_id", None)  # two names for one visitor are refused
    return made | draw(st.sampled_from([{}, {}, {"variants": {"hero": "b"}}, {"touchpoint": "call-centre"}]))


@st.composite
def imported(draw: st.DrawFn) -> dict[str, Any]:
    """One line of /api/v1/batches."""
    made: dict[str, Any] = {"batch": draw(whole()), "site": draw(_SITES)}
    agents = st.fixed_dictionaries({}, optional={"agent": st.text(max_size=40), "device": st.just("phone")})
    return made | draw(agents)


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """A list, lines of events or lines of batches: good ones, damaged ones, and what lies between."""
    kind = draw(st.sampled_from(["list", "lines", "lines", "batches"]))
    nodes: list[Any] = draw(st.lists(imported() if kind == "batches" else events(), max_size=4))
    nodes = [draw(damaged(node)) if draw(st.integers(0, 5)) == 0 else node for node in nodes]
    if kind == "list":
        tree: Any = {"events": nodes} if len(nodes) != 1 else nodes[0]
        body = dumped(draw(damaged(tree)) if draw(st.integers(0, 5)) == 0 and isinstance(tree, dict) else tree)
    else:
        body = b"\n".join(map(dumped, nodes))
    form = "application/json" if kind == "list" else "application/x-ndjson"
    sent = Sent(
        body, {"content-type": form, "authorization": "Bearer shop"}, path=BATCHES if kind == "batches" else EVENTS
    )
    way, at = draw(st.sampled_from(["", "", "", "text", "zip", "headers"])), draw(st.integers(0, 70_000))
    if way == "text":
        sent = replace(sent, body=draw(st.sampled_from(OF_TEXT))(body, at))
    if way == "zip":
        zipped = draw(st.sampled_from(OF_ZIP))(body, at)
        sent = replace(sent, body=zipped, headers=sent.headers | {"content-encoding": "gzip"})
    if way == "headers":
        sent = replace(sent, headers=sent.headers | draw(_HEADERS))
    return replace(sent, pieces=draw(st.sampled_from([1, 1, 5])))


def checked(door: Door, sent: Sent) -> Counter[str]:
    """Send it; what became of its lines, by reason, or of the whole."""
    before = door.counted()
    status, headers, text = door.ask(sent)
    counted, answered = door.counted() - before, json.loads(text)
    if "error" in answered:
        error = answered["error"]
        assert all(isinstance(error[words], str) and error[words] for words in ("code", "message", "hint"))
        assert (STATUS[error["code"]], len(error["message"]) < 1_000) == (status, True)
        assert status < 500, "nothing is wrong with the collector"
        assert ("retry-after" in headers) == (status in (408, 429))
    else:
        assert status == 200
    assert b"Traceback" not in text
    if "accepted" not in answered:
        assert counted == Counter([answered["error"]["code"]])
        return counted
    outcome = Counter(accepted=answered["accepted"], duplicate=answered["duplicates"])
    outcome.update(line["code"] for line in answered["refused"])
    assert all(0 < len(line["message"]) < 1_000 for line in answered["refused"])
    assert counted == +outcome
    return counted


@pytest.fixture
def collector(settings: CollectorSettings, store: Store) -> Collector:
    sites = Named(SITE, DEMO)
    settings = replace(settings, segment_seconds=2.0, keep_done_seconds=1e9, keep_done_bytes=1 << 40)
    return Collector(store, settings, sites, Senders(Tokens(), sites), BackendSettings(rate=Rate(1e6, 1e6)))


@pytest.mark.timeout(max(300, BODIES / 5))
def test_each_line_has_its_answer_and_what_is_accepted_is_stored(
    collector: Collector, settings: CollectorSettings, store: Store
) -> None:
    reasons, accepted = Counter[str](), Counter[str]()
    with running(collector) as door:

        @examples(
            max_examples=BODIES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        )
        @given(requests())
        def one(sent: Sent) -> None:
            counted = checked(door, sent)
            reasons.update(counted)
            accepted[sent.path] += counted["accepted"]

        one()
        door.drained()
        aside = Quarantine(settings.journal)
        assert [(path.name, aside.why(path)) for path in aside.segments()] == []
    print(dict(reasons.most_common()))
    assert {"accepted", "not_json", "event_shape", "event_time", "event_page", "no_site", "not_gzip"} <= set(reasons)
    [views] = store.rows("SELECT uniqExact(view) AS n FROM views")
    [alone] = store.rows("SELECT uniqExact(view) AS n FROM events WHERE view NOT IN (SELECT view FROM views)")
    assert {EVENTS: alone["n"], BATCHES: views["n"]} == accepted


_LONG = b"k" * 500_000
NAMED: list[tuple[str, bytes, dict[str, int]]] = [
    ("a year that no clock has", ndjson(ORDER | {"time": "0001-01-01T00:00:00+14:00"}), {"event_time": 1}),
    ("a year after the last", ndjson(ORDER | {"time": "9999-12-31T23:59:59-14:00"}), {"event_time": 1}),
    ("a field with a very long name", b'{"%s":1}' % _LONG, {"event_shape": 1}),
    ("a very long text", ndjson(ORDER | {"name": "n" * 500_000}), {"event_shape": 1}),
    ("a site with a very long name", ndjson(ORDER | {"site": "s" * 500_000}), {"event_shape": 1}),
    ("half a pair of surrogates", b'{"name":"order","site":"Shop","id":"\\ud800x"}', {"not_json": 1}),
    ("NUL in a text", ndjson(ORDER | {"name": "or\0der", "id": "\0", "visitor": "\0"}), {"accepted": 1}),
    ("the last of two", b'{"name":"order","site":"Shop","name":5}', {"event_shape": 1}),
    ("1e999", b'{"name":"order","site":"Shop","value":1e999}', {"event_shape": 1}),
    ("NaN", b'{"name":"order","site":"Shop","value":NaN}', {"not_json": 1}),
    ("deep", b'{"name":' + b"[" * 400_000, {"event_shape": 1}),
    ("with carriage returns", ndjson(ORDER, ORDER).replace(b"\n", b"\r\n"), {"accepted": 2}),
    ("a mark of the byte order", b"\xef\xbb\xbf" + ndjson(ORDER), {"not_json": 1}),
    ("two in a line", ndjson(ORDER) * 2, {"not_json": 1}),
    ("a batch among events", ndjson({"batch": {}, "site": "Shop"}, ORDER), {"event_shape": 1, "accepted": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "counted"), [case[1:] for case in NAMED], ids=[case[0] for case in NAMED])
def test_named_lines(collector: Collector, body: bytes, counted: dict[str, int]) -> None:
    with running(collector) as door:
        assert checked(door, Sent(body, HEAD, path=EVENTS)) == Counter(counted)


def test_every_cut_of_a_body_is_refused(collector: Collector) -> None:
    body = json.dumps({"events": [ORDER | {"id": "1", "variants": {"hero": "b"}}]}).encode()
    with running(collector) as door:
        for end in range(len(body)):
            assert checked(door, Sent(body[:end], JSON, path=EVENTS)).total() == 1
        assert door.counted()["accepted"] == 0
