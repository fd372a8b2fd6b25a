"""Surveys in the collector: what browsers get, which answers are stored, and what is said of the others."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings, DayLimit
from collector.door.script import BUNDLE, mark_of
from collector.surveys.checks import chosen, sift
from collector.wire import AskColumns
from rules import segment, survey
from rules.site import add_site
from store.asking import SiteSurveys, draw
from store.client import Store
from store.definitions import Definitions
from store.records import Site
from store.sites import SiteDirectory
from store.surveys import Survey
from tests.collector.batches import body
from tests.collector.conftest import HEADERS

Run = Callable[[Coroutine[Any, Any, Any]], Any]
FIELDS: dict[str, Any] = {
    "name": "After the order",
    "state": "asking",
    "questions": [
        {"id": "nps", "kind": "nps", "text": {"en": "How likely?"}, "branches": [{"to": "thanks", "least": 9}]},
        {"id": "what", "kind": "one", "text": {"en": "What?"}, "options": [
            {"id": "price", "text": {"en": "Price"}}, {"id": "other", "text": {"en": "Other"}, "typed": True}]},
        {"id": "why", "kind": "text", "text": {"en": "Why?"}, "optional": True},
        {"id": "where", "kind": "click", "text": {"en": "Where?"}},
    ],
    "thanks": {"en": "Thank you."},
    "pages": ["/done/*"],
}  # fmt: skip
ASKING = "A" * 24
NO_SURVEY = Survey(id="x", site="1", name="X", version=1)


@pytest.fixture
def definitions(store: Store) -> Definitions:
    return Definitions(store)


@pytest.fixture
def site(definitions: Definitions) -> Site:
    return add_site(definitions, "Shop", ["shop.example"])


@pytest.fixture
def asking(definitions: Definitions, site: Site) -> Survey:
    return survey.add(definitions, site.id, FIELDS)


def rows(survey_: Survey, *given: dict[str, Any], asking: str = ASKING) -> dict[str, list[Any]]:
    """The columns of `Batch.ask` with these rows."""
    usual = {"t": 10, "a": asking, "s": survey_.id, "v": survey_.version, "k": 0, "q": "", "g": None, "o": [], "m": "",
             "lang": "en", "e": None, "x": 0, "y": 0, "w": 0, "h": 0, "px": 0, "py": 0}  # fmt: skip
    made = [usual | {"n": n} | one for n, one in enumerate(given)]
    return {name: [one[name] for one in made] for name in made[0]}


@asynccontextmanager
async def collecting(store: Store, settings: CollectorSettings) -> AsyncIterator[tuple[Collector, httpx.AsyncClient]]:
    collector = Collector(store, settings, SiteDirectory(Definitions(store)))
    await collector.start()
    try:
        transport = httpx.ASGITransport(app=Starlette(routes=collector.routes))
        async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=HEADERS) as client:
            yield collector, client
    finally:
        await collector.stop()


async def _sent(collector: Collector, client: httpx.AsyncClient, site: Site, ask: dict[str, list[Any]]) -> None:
    answer = await client.post(f"/c/{site.key}", content=body(ask=ask))
    assert answer.status_code == 204, answer.text
    await collector.drain()


def stored(store: Store) -> list[dict[str, Any]]:
    return store.rows("SELECT * FROM feedback FINAL ORDER BY step")


# -- what browsers get


def test_a_browser_gets_the_surveys_that_ask_now_and_nothing_internal(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, definitions: Definitions, run: Run
) -> None:
    survey.add(definitions, site.id, FIELDS | {"name": "A draft", "state": "draft"})

    async def ask() -> httpx.Response:
        async with collecting(store, settings) as (_, client):
            return await client.get(f"/ask/{site.key}.json")

    answer = run(ask())
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["access-control-allow-origin"] == "*"
    (one,) = answer.json()["surveys"]
    assert (one["id"], one["version"], one["recent"]) == (asking.id, asking.version, 0)
    assert one["where"] == [{"pages": [["[^/]*/done/[^/#]*", 0]], "not": [], "event": "", "paths": []}]
    assert "After the order" not in answer.text
    assert 0 <= one["draw"] < 1


def test_an_unknown_site_has_no_questions(store: Store, settings: CollectorSettings, site: Site, run: Run) -> None:
    async def ask() -> list[int]:
        async with collecting(store, settings) as (_, client):
            return [(await client.get(f"/ask/{key}.json")).status_code for key in ("nosuchsitexx", "é", site.key)]

    assert run(ask()) == [404, 404, 200]


@pytest.mark.parametrize(
    ("rule", "is_asked"),
    [
        ({"what": "device", "values": ["desktop"]}, True),
        ({"what": "device", "how": "is_not", "values": ["desktop"]}, False),
        ({"what": "browser", "how": "contains", "values": ["chro"]}, True),
        ({"what": "language", "values": ["fr"]}, False),
        ({"what": "weekday", "values": [str(n) for n in range(1, 8)]}, True),
    ],
)
def test_a_segment_is_judged_by_the_request(
    store: Store, settings: CollectorSettings, site: Site, definitions: Definitions, run: Run,
    rule: dict[str, Any], is_asked: bool,
) -> None:  # fmt: skip
    made = segment.add(definitions, site.id, {"name": "Some", "tree": {"rules": [rule]}})
    survey.add(definitions, site.id, FIELDS | {"segment": made.id})

    async def ask() -> bool:
        async with collecting(store, settings) as (_, client):
            answer = await client.get(f"/ask/{site.key}.json", headers={"accept-language": "en-GB,en;q=0.8"})
            return bool(answer.json()["surveys"])

    assert run(ask()) is is_asked


def test_a_survey_ends_after_its_last_day_and_with_its_last_answer(
    store: Store, settings: CollectorSettings, site: Site, definitions: Definitions, run: Run
) -> None:
    survey.add(definitions, site.id, FIELDS | {"name": "Over", "until": "2026-01-31", "since": "2026-01-01"})
    full = survey.add(definitions, site.id, FIELDS | {"name": "Full", "most_answers": 1})

    async def ask() -> list[str]:
        async with collecting(store, settings) as (collector, client):
            await _sent(collector, client, site, rows(full, {"q": "nps", "g": 9}))
            collector.endpoint.surveys.forget_visitors()
            await collector.endpoint.surveys.of(int(site.id))
            return [one["id"] for one in (await client.get(f"/ask/{site.key}.json")).json()["surveys"]]

    assert run(ask()) == []


def test_a_visitor_who_was_asked_is_known_for_the_day_and_after_a_restart(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run
) -> None:
    async def recent(client: httpx.AsyncClient, agent: str = HEADERS["user-agent"]) -> int:
        answer = await client.get(f"/ask/{site.key}.json", headers={"user-agent": agent})
        return int(answer.json()["surveys"][0]["recent"])

    async def visit() -> list[int]:
        async with collecting(store, settings) as (collector, client):
            before = await recent(client)
            await _sent(collector, client, site, rows(asking, {"k": 3}))
            found = [before, await recent(client), await recent(client, "Mozilla/5.0 (X11; Linux x86_64) Other")]
        async with collecting(store, settings) as (_, client):
            return [*found, await recent(client)]

    assert run(visit()) == [0, 1, 0, 1]


def test_a_visitor_who_was_not_drawn_was_not_asked(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run
) -> None:
    async def visit() -> int:
        async with collecting(store, settings) as (collector, client):
            await _sent(collector, client, site, rows(asking, {"k": 1}))
            return int((await client.get(f"/ask/{site.key}.json")).json()["surveys"][0]["recent"])

    assert run(visit()) == 0


@given(st.integers(0, 2**64 - 1))
def test_a_draw_is_even_and_lasting(visitor: int) -> None:
    assert 0 <= draw("a", visitor) < 1
    assert draw("a", visitor) == draw("a", visitor)


def test_half_of_the_visitors_are_drawn_for_a_half() -> None:
    drawn = sum(draw("a", visitor) < 0.5 for visitor in range(20_000))
    assert abs(drawn - 10_000) < 300  # 4 standard deviations


# -- the tracker's file


def test_the_served_tracker_has_the_marks_of_the_sites_that_ask(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run
) -> None:
    async def served() -> list[str]:
        async with collecting(store, settings) as (collector, client):
            await collector.endpoint.surveys.of(int(site.id))
            del client.headers["origin"]
            plain = await client.get("/parcours.js")
            again = await client.get("/parcours.js", headers={"if-none-match": plain.headers["etag"]})
            built = await client.get("/parcours.js", headers={"origin": "https://shop.example"})
            asked = await client.get("/parcours-ask.js")
            return [plain.text, str(again.status_code), built.text, asked.headers["content-type"]]

    plain, status, built, kind = run(served())
    assert built == BUNDLE.read_text("utf-8")
    assert plain == built.removesuffix("('');\n") + f"('{mark_of(site.key)}');\n"
    assert status == "304"
    assert kind.startswith("text/javascript")


def test_a_site_that_does_not_ask_gets_the_file_as_it_was_built(
    store: Store, settings: CollectorSettings, site: Site, run: Run
) -> None:
    async def served() -> str:
        async with collecting(store, settings) as (collector, client):
            await collector.endpoint.surveys.of(int(site.id))
            del client.headers["origin"]
            return (await client.get("/parcours.js")).text

    assert run(served()) == BUNDLE.read_text("utf-8")


# -- answers


def test_answers_are_stored_with_the_page_and_the_element_and_masked(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run
) -> None:
    ask = rows(
        asking, {"k": 3}, {"q": "nps", "g": 6}, {"q": "what", "o": ["other"], "m": "Call 06 12 34 56 78\x00"},
        {"q": "why", "m": "me@home.example <b>"}, {"q": "where", "e": 1, "x": 5000, "y": 10_000, "w": 80, "h": 30},
        {"k": 7},
    )  # fmt: skip

    async def send() -> None:
        async with collecting(store, settings) as (collector, client):
            await _sent(collector, client, site, ask)
            assert collector.health(int(site.id)).left_out == {}

    run(send())
    found = {row["question"]: row for row in stored(store)}
    assert (found[""]["state"], found[""]["step"]) == (7, 5)
    assert found["nps"]["score"] == 6
    assert (found["what"]["options"], found["what"]["words"]) == (["other"], "Call [phone]")
    assert found["why"]["words"] == "[mail] <b>"
    assert found["where"]["key"] == store.rows("SELECT xxHash64('main>button:1') AS key")[0]["key"]
    assert (found["where"]["fx"], found["where"]["fy"], found["where"]["box_w"]) == (5000, 10_000, 80)
    assert {row["page"] for row in found.values()} == {"shop.example/lamps/a"}
    assert {row["version"] for row in found.values()} == {asking.version}


def test_a_later_answer_replaces_an_earlier_one_whatever_comes_first(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run
) -> None:
    async def send() -> None:
        async with collecting(store, settings) as (collector, client):
            await _sent(collector, client, site, rows(asking, {"q": "nps", "g": 9, "n": 4}))
            await _sent(collector, client, site, rows(asking, {"q": "nps", "g": 3, "n": 1}, {"k": 6, "n": 2}))

    run(send())
    found = {row["question"]: row for row in stored(store)}
    assert found["nps"]["score"] == 9
    assert found[""]["state"] == 6  # left half-way: what was answered is kept


BAD: list[tuple[str, dict[str, Any]]] = [
    ("ask_survey", {"s": "no-such-survey", "k": 3}),
    ("ask_version", {"v": 99, "k": 3}),
    ("ask_question", {"q": "nothing", "g": 3}),
    ("ask_question", {"q": "what", "o": ["free"]}),
    ("ask_answer", {"q": "nps", "g": 11}),
    ("ask_answer", {"q": "nps"}),
    ("ask_answer", {"q": "nps", "g": 9, "m": "and a text"}),
    ("ask_answer", {"q": "what", "o": ["price", "other"]}),
    ("ask_answer", {"q": "what", "o": ["price"], "m": "not typed"}),
    ("ask_answer", {"q": "why", "m": "\x00 \u200b"}),
    ("ask_answer", {"q": "where"}),
    ("ask_answer", {"q": "where", "e": 0, "k": 3}),
    ("ask_answer", {"k": 0}),
    ("ask_answer", {"k": 3, "g": 3}),
]


@pytest.mark.parametrize(("code", "row"), BAD)
def test_a_row_that_does_not_fit_is_left_out_and_counted_and_the_rest_is_stored(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run, code: str, row: dict[str, Any]
) -> None:
    async def send() -> dict[str, int]:
        async with collecting(store, settings) as (collector, client):
            await _sent(collector, client, site, rows(asking, row, {"q": "nps", "g": 0}))
            return {name: tally.count for name, tally in collector.health(int(site.id)).left_out.items()}

    assert run(send()) == {code: 1}
    (left,) = stored(store)
    assert (left["question"], left["score"]) == ("nps", 0)
    assert store.rows("SELECT count() AS n FROM points WHERE kind = 'click'")[0]["n"] == 2


def test_a_survey_that_is_changed_or_closed_meanwhile_loses_no_answer(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, definitions: Definitions, run: Run
) -> None:
    async def send() -> dict[str, Any]:
        async with collecting(store, settings) as (collector, client):
            await _sent(collector, client, site, rows(asking, {"q": "nps", "g": 2}))
            later = definitions.put(changed(asking, questions=asking.questions[:1]))
            await _sent(collector, client, site, rows(later, {"q": "nps", "g": 3}, asking="B" * 24))
            await _sent(collector, client, site, rows(asking, {"q": "why", "m": "Slow"}, asking="C" * 24))
            definitions.put(changed(later, state="closed"))
            await _sent(collector, client, site, rows(later, {"q": "nps", "g": 4}, asking="D" * 24))
            return collector.health(int(site.id)).left_out

    assert run(send()) == {}
    assert {(row["version"], row["score"], row["words"]) for row in stored(store)} == {
        (1, 2, ""), (1, None, "Slow"), (2, 3, ""), (2, 4, ""),
    }  # fmt: skip


def test_a_clock_that_is_a_day_off_is_corrected(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run
) -> None:
    now = int(time.time() * 1000)
    late = now - 86_400_000
    sent = body(ask=rows(asking, {"q": "nps", "g": 5}), t0=late - 5000, sent=late)

    async def send() -> None:
        async with collecting(store, settings) as (collector, client):
            assert (await client.post(f"/c/{site.key}", content=sent)).status_code == 204
            await collector.drain()

    run(send())
    (row,) = stored(store)
    assert abs(row["time"] - now) < 60_000


@pytest.mark.parametrize(
    "row",
    [{"m": "x" * 1201, "q": "why"}, {"a": "short"}, {"e": 7, "q": "where"}, {"n": 70_000}, {"k": 8}, {"o": ["a"] * 13}],
    ids=["text", "asking", "element", "step", "state", "options"],
)
def test_what_no_browser_of_ours_sends_is_refused_as_a_whole(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run, row: dict[str, Any]
) -> None:
    async def send() -> tuple[int, str]:
        async with collecting(store, settings) as (_, client):
            answer = await client.post(f"/c/{site.key}", content=body(ask=rows(asking, row)))
            return answer.status_code, answer.json()["error"]["code"]

    assert run(send()) == (400, "shape")


def test_a_stranger_cannot_fill_the_table(
    store: Store, settings: CollectorSettings, site: Site, asking: Survey, run: Run
) -> None:
    limited = replace(settings, day=DayLimit(askings=2))

    async def send() -> int:
        async with collecting(store, limited) as (collector, client):
            for letter in "ABCDA":
                await _sent(collector, client, site, rows(asking, {"k": 3}, asking=letter * 24))
            return collector.health(int(site.id)).left_out["ask_many"].count

    assert run(send()) == 2
    assert len(stored(store)) == 2


def test_answers_are_kept_while_the_surveys_cannot_be_read() -> None:
    ask = AskColumns(**rows(NO_SURVEY, {"q": "gone", "m": "me@home.example"}))
    kept, left_out = sift(ask, None)
    assert left_out == []
    assert kept is not None
    assert kept.m == ["[mail]"]
    assert sift(ask, SiteSurveys())[0] is None


def test_rows_that_stay_keep_their_times() -> None:
    ask = AskColumns(**rows(NO_SURVEY, *[{"t": 10}] * 4))
    left = chosen(ask, [1, 3])
    assert left is not None
    assert left.t == [20, 20]
    assert left.n == [1, 3]
    assert chosen(ask, []) is None
