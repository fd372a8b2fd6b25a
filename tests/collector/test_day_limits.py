"""What the public key of a site may store in a day."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.app import CollectorSettings, DayLimit, SettingsError
from collector.door.day_limits import FILE, RECENT, DayLimits
from collector.wire import decode
from store.zones import DAY_MS
from tests.collector.batches import FP, at, batch, body
from tests.collector.conftest import KEY, kept, running

Run = Callable[[Coroutine[Any, Any, Any]], Any]
POST = f"/c/{KEY}"
NOON = 20_000 * DAY_MS + DAY_MS // 2
MANY = DayLimit()


def page(n: int) -> bytes:
    return at("ctx.url", f"https://shop.example/invented/{n}")


def element(n: int) -> bytes:
    return body(el={"p": ["main>a:1", f"main>div:{n}"], "f": [FP, FP]})


def event(n: int) -> bytes:
    return body(custom={"t": [1], "n": [f"invented {n}"], "v": [None]})


def variant(n: int) -> bytes:
    return at("ctx.variants", {"hero": f"v{n}"})


@pytest.mark.parametrize(
    ("limit", "made", "code", "status"),
    [
        (DayLimit(pages=5), page, "day_pages", 403),
        (DayLimit(elements=6), element, "day_elements", 422),  # the batches share one of their two elements
        (DayLimit(names=5), event, "day_names", 422),
        (DayLimit(names=5), variant, "day_names", 422),
    ],
    ids=["pages", "elements", "events", "variants"],
)
def test_what_is_new_is_rejected_beyond_the_limit(
    settings: CollectorSettings, run: Run, limit: DayLimit, made: Callable[[int], bytes], code: str, status: int
) -> None:
    async def work() -> None:
        async with running(replace(settings, day=limit)) as (collector, client):

            async def statuses(numbers: range) -> list[int]:
                return [(await client.post(POST, content=made(n))).status_code for n in numbers]

            assert await statuses(range(12)) == [204] * 5 + [status] * 7
            assert await statuses(range(5)) == [204] * 5  # known today: still accepted
            tally = collector.health(7).refused[code]
            assert (tally.count, "Not stored: " in tally.example) == (7, True)
            metrics = (await client.get("/metrics")).text
            assert f'parcours_batches_refused_total{{reason="{code}",site="7"}} 7.0' in metrics
            other = body(ctx=batch()["ctx"] | {"url": "https://demo.example/"})
            answer = await client.post("/c/demodemodemo", content=other, headers={"origin": "https://demo.example"})
            assert answer.status_code == 204  # each site has its own

    run(work())
    assert len(kept(settings)) == 11


def test_bytes_are_limited(settings: CollectorSettings, run: Run) -> None:
    async def work() -> int:
        async with running(replace(settings, day=DayLimit(bytes=20_000))) as (collector, client):
            answers = [await client.post(POST, content=body()) for _ in range(40)]
            assert {answer.status_code for answer in answers} == {204, 403}
            assert answers[-1].json()["error"]["code"] == "day_bytes"
            return collector.health(7).accepted

    accepted = run(work())
    written = sum(len(json.dumps(x)) + len(json.dumps(b)) for x, b in kept(settings))
    assert 0 < accepted < 40
    assert written < 26_000  # as Python writes JSON, with spaces


def test_the_counts_survive_a_restart(settings: CollectorSettings, run: Run) -> None:
    limited = replace(settings, day=DayLimit(pages=3))

    async def posted(*numbers: int) -> list[int]:
        async with running(limited) as (_, client):
            return [(await client.post(POST, content=page(n))).status_code for n in numbers]

    assert run(posted(0, 1)) == [204, 204]
    assert run(posted(2, 3, 0)) == [204, 403, 204]
    assert run(posted(4, 1)) == [403, 204]
    limited = replace(settings, day=DayLimit(pages=4))  # a raised limit counts at once
    assert run(posted(4, 5)) == [204, 403]
    (settings.journal / FILE).write_bytes(b"damaged")
    assert run(posted(6)) == [204]
    assert (settings.journal / FILE).stat().st_mode & 0o077 == 0


def test_a_new_day_begins_from_zero(tmp_path: Path) -> None:
    limits = DayLimits(DayLimit(pages=1), tmp_path)
    one = decode(body())
    assert limits.refusal(7, NOON, "shop.example/a", one, 100) is None
    assert limits.refusal(7, NOON, "shop.example/b", one, 100) is not None
    assert limits.refusal(7, NOON + DAY_MS, "shop.example/b", one, 100) is None
    assert limits.refusal(7, NOON + DAY_MS, "shop.example/a", one, 100) is not None
    assert limits.refusal(7, NOON, "shop.example/b", one, 100) is None  # a clock that was set back: no new day


def test_a_rejected_batch_uses_up_nothing(tmp_path: Path) -> None:
    limits = DayLimits(DayLimit(pages=5, elements=2, names=1), tmp_path)
    first, many = decode(body()), decode(body(el={"p": ["a", "b", "c"], "f": [FP] * 3}))
    assert limits.refusal(7, NOON, "p", first, 1) is None
    for n in range(10):
        refused = limits.refusal(7, NOON, f"q{n}", many, 1)
        assert refused is not None
        assert refused.code == "day_elements"
    for n in range(4):
        assert limits.refusal(7, NOON, f"r{n}", first, 1) is None
    assert limits.refusal(7, NOON, "r5", first, 1) is not None


def test_a_page_named_like_a_known_element_is_new(tmp_path: Path) -> None:
    limits = DayLimits(DayLimit(pages=1), tmp_path)
    batch_ = decode(body(el={"p": ["main>a:1", "shop.example/b"], "f": [FP, FP]}))
    assert limits.refusal(7, NOON, "shop.example/a", batch_, 1) is None
    assert limits.refusal(7, NOON, "shop.example/b", batch_, 1) is not None


def test_many_texts_are_counted_once_each(tmp_path: Path) -> None:
    most = 4 * RECENT
    limits = DayLimits(DayLimit(pages=most), tmp_path)
    one = decode(body())
    for _ in range(2):
        assert not any(limits.refusal(7, NOON, f"shop.example/{n}", one, 1) for n in range(most))
    assert all(limits.refusal(7, NOON, f"shop.example/{n}", one, 1) for n in range(most, most + 50))


def test_the_limit_is_logged_once_a_day(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    limits = DayLimits(DayLimit(pages=1), tmp_path)
    for day in (0, 0, 1):
        for n in range(3):
            limits.refusal(7, NOON + day * DAY_MS, f"shop.example/{n}", decode(body()), 1)
    assert [r.getMessage().partition(":")[0] for r in caplog.records] == [
        "Site 7 has reached its limit of 1 pages for today (UTC)"
    ] * 2


def test_a_long_address_in_another_alphabet_is_rejected(settings: CollectorSettings, run: Run) -> None:
    """Encoded, it would have six times its length, and take the server milliseconds to mask."""

    async def work() -> None:
        async with running(settings) as (_, client):
            answer = await client.post(POST, content=at("ctx.url", "https://shop.example/" + "я" * 2_000))
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "page")
            assert (
                await client.post(POST, content=at("ctx.url", "https://shop.example/" + "я" * 900))
            ).status_code == 204

    run(work())


@pytest.mark.parametrize("name", ["bytes", "pages", "elements", "names"])
def test_an_invalid_limit_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} a day must be 1 or more"):
        DayLimit(**{name: 0})
