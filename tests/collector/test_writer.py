"""Segments reach a real store exactly once, and a failing one does not stop the others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from collector import wire
from collector.app import CollectorSettings, DrainTimeout
from collector.enrich.enrichment import RequestFacts, encode, enrich
from collector.enrich.visitors import Visitors
from collector.journal.insertion import Insert, Insertion
from collector.journal.journal import Journal, mark_done
from collector.journal.quarantine import Quarantine
from collector.journal.segments import DONE, SEALED, encode_record, paths, read_records
from collector.journal.writer import Writer, WriterSettings
from collector.known_sites import KnownSite
from store.client import BadLine, Store
from store.errors import StoreAway, StoreError
from tests.collector.batches import batch, body
from tests.collector.conftest import CHROME, KEY, SITE, running
from tests.waiting import until, until_async

Run = Callable[[Coroutine[Any, Any, Any]], Any]


def record(**changes: Any) -> bytes:
    """A journal record as the endpoint makes it."""
    visitors = Visitors(None)
    visitors.refresh()
    made = wire.decode(body(**changes))
    x, _ = enrich(made, KnownSite(7, SITE), RequestFacts(int(time.time() * 1000), "1.2.3.4", CHROME, ""), visitors)
    return encode_record(int(time.time() * 1000), encode(x), wire.encode(made))


def segment(folder: Path, *records: bytes) -> Path:
    journal = Journal(folder)
    journal.commit(records)
    sealed = journal.seal()
    journal.close()
    assert sealed is not None
    return sealed


class Sink:
    """A store of segments. `answers`: what each call raises, or None; once there are no more, calls succeed."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.taken: list[tuple[str, list[bytes]]] = []

    def insert_segment(self, lines: bytes | Path, token: str) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.append((token, (lines if isinstance(lines, bytes) else lines.read_bytes()).splitlines()))


def written(
    sink: Sink | Store, folder: Path, condition: Callable[[Writer], bool], repair: Insert | None = None, **options: Any
) -> Writer:
    """A writer that ran until the condition held."""
    writer = Writer(sink, folder, WriterSettings(pause=lambda _: 0.01, **options), repair)
    writer.start()

    def awake() -> bool:
        writer.wake()
        return condition(writer)

    until(awake)
    writer.stop(5)
    return writer


def no_more(folder: Path) -> Callable[[Writer], bool]:
    return lambda _: not paths(folder, SEALED)


def test_segments_become_done_under_their_name(tmp_path: Path) -> None:
    names = [segment(tmp_path, record(), record()).stem, segment(tmp_path, record()).stem]
    sink = Sink()
    writer = written(sink, tmp_path, no_more(tmp_path))
    assert [(token, len(lines)) for token, lines in sink.taken] == [(names[0], 2), (names[1], 1)]
    assert [p.stem for p in paths(tmp_path, DONE)] == names
    assert (writer.inserted, writer.backlog_bytes) == (3, 0)


def test_a_segment_is_not_quarantined_while_the_store_is_unreachable(tmp_path: Path) -> None:
    """However long it is."""
    segment(tmp_path, record())
    sink = Sink(*[StoreAway("no answer")] * 20)
    writer = written(sink, tmp_path, no_more(tmp_path), attempts=3)
    assert len(sink.taken) == 1
    assert writer.quarantined == 0
    assert writer.last_error == ""


@pytest.mark.parametrize(("bad", "kept"), [((), [0, 1, 2, 3]), ((2,), [0, 2, 3]), ((1, 1, 1), [3])])
def test_a_segment_of_this_process_is_sent_as_it_is(tmp_path: Path, bad: tuple[int, ...], kept: list[int]) -> None:
    """… and without the lines that the store cannot read, if there are any."""
    records = [record(seq=n) for n in range(4)]
    sink = Sink(*([BadLine("somewhere", 0)] if bad else []), *(BadLine("bad", row) for row in bad))
    writer = Writer(sink, tmp_path)
    writer.start()
    path = segment(tmp_path, *records)
    writer.wake()
    assert writer.wait_for([path.name], 10) == set()
    writer.stop(5)
    assert sink.taken[0][1] == [records[n].rstrip() for n in kept]
    assert writer.inserted == len(kept)
    assert len(Quarantine(tmp_path).segments()) == len(bad)


def test_a_segment_that_keeps_failing_does_not_block_the_others(tmp_path: Path) -> None:
    bad, good = segment(tmp_path, record()), segment(tmp_path, record())

    class Picky(Sink):
        def insert_segment(self, lines: bytes | Path, token: str) -> None:
            if token == bad.stem:
                raise StoreError("memory limit")
            super().insert_segment(lines, token)

    sink = Picky()
    writer = written(sink, tmp_path, no_more(tmp_path), attempts=3)
    assert [token for token, _ in sink.taken] == [good.stem]
    [aside] = Quarantine(tmp_path).segments()
    assert aside.name == bad.name
    why = Quarantine(tmp_path).why(aside)
    assert why is not None
    assert (why.error, why.attempts) == ("memory limit", 3)
    assert writer.quarantined == 1


def test_only_the_bad_line_goes_to_quarantine(tmp_path: Path) -> None:
    path = segment(tmp_path, *[record(seq=n) for n in range(5)])
    sink = Sink(BadLine("bad", 2), BadLine("bad", 3))
    written(sink, tmp_path, no_more(tmp_path))
    [(token, lines)] = sink.taken
    assert [json.loads(line)["b"]["seq"] for line in lines] == [0, 2, 4]
    assert token == f"{path.stem}-2-4"
    aside = Quarantine(tmp_path).segments()
    assert [p.name for p in aside] == [f"{path.stem}.2.seg", f"{path.stem}.4.seg"]
    assert [json.loads(r.body)["seq"] for p in aside for r in read_records(p.read_bytes())] == [1, 3]


def test_done_segments_are_replayed_at_start_and_then_swept(tmp_path: Path) -> None:
    old = mark_done(segment(tmp_path, record()))
    new = segment(tmp_path, record())
    sink = Sink()
    written(sink, tmp_path, lambda _: len(sink.taken) == 2, keep_done_seconds=600)
    assert [token for token, _ in sink.taken] == [new.stem, old.stem]
    written(Sink(), tmp_path, lambda w: not paths(tmp_path, DONE), keep_done_seconds=-1.0)


def count(store: Store, table: str) -> int:
    return int(store.columns(f"SELECT count() AS n FROM {table}")["n"][0])


def test_a_real_store_stores_each_segment_once(store: Store, tmp_path: Path) -> None:
    """After a crash between the insert and the renaming, the whole segment is sent again."""
    path = segment(tmp_path, *[record() for _ in range(20)])
    insertion = Insertion(store, tmp_path, Quarantine(tmp_path))
    for _ in range(3):
        assert insertion.send(path) == 20
    assert count(store, "points") == 20 * 5
    assert count(store, "touches") == 20


def test_a_real_store_names_the_bad_line(store: Store, tmp_path: Path) -> None:
    broken = encode_record(1, b'{"site":"seven"}', b'{"click":5}')
    segment(tmp_path, record(), record(), broken, record())
    written(store, tmp_path, no_more(tmp_path))
    assert count(store, "touches") == 3
    [aside] = Quarantine(tmp_path).segments()
    assert b"seven" in aside.read_bytes()


def test_from_post_to_table(settings: CollectorSettings, store: Store, run: Run) -> None:
    made = [batch() for _ in range(30)]

    async def work() -> None:
        async with running(settings, store) as (collector, client):
            for one in made * 2:
                assert (await client.post(f"/c/{KEY}", json=one)).status_code == 204
            await client.post(f"/c/{KEY}", content=b"no")
            await collector.drain()
            assert count(store, "points") == 30 * 5
            assert count(store, "scrolls FINAL") == 30
            [row] = store.rows("SELECT DISTINCT site, page, device, bot FROM views")
            assert row == {"site": 7, "page": "shop.example/lamps/a", "device": "desktop", "bot": ""}
        [row] = store.rows("SELECT site, reason, count, example FROM refusals WHERE reason != 'accepted'")
        assert (row["site"], row["reason"], row["count"]) == (7, "not_json", 1)
        async with running(settings, store) as (collector, client):  # replays what is kept: nothing comes twice
            await client.post(f"/c/{KEY}", json=made[0])
            await collector.drain()
            await until_async(lambda: not collector.replaying)
            assert collector.health(7).duplicates == 1
        assert count(store, "points") == 30 * 5

    run(work())


def test_times_in_the_tables_are_the_servers(settings: CollectorSettings, store: Store, run: Run) -> None:
    now = int(time.time() * 1000)
    year = 365 * 86_400_000

    async def work() -> None:
        async with running(settings, store) as (collector, client):
            for wrong in (0, -year, year):
                one = batch(sent=now + wrong, t0=now + wrong - 5000)
                assert (await client.post(f"/c/{KEY}", json=one)).status_code == 204
            never = batch(sent=now, t0=now - year)
            assert (await client.post(f"/c/{KEY}", json=never)).status_code == 204
            assert collector.health(7).clamped == 1
            await collector.drain()
        times = store.columns("SELECT time FROM points WHERE kind = 'click'")["time"]
        assert len(times) == 8
        assert abs(times - now).max() < 60_000

    run(work())


def test_drain_reports_why_segments_wait(
    settings: CollectorSettings, store: Store, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreAway("clickhouse does not answer")

    async def work() -> None:
        async with running(settings, store) as (collector, client):
            with monkeypatch.context() as patch:
                patch.setattr(Store, "insert_segment", away)
                assert (await client.post(f"/c/{KEY}", content=body())).status_code == 204
                with pytest.raises(DrainTimeout, match="clickhouse does not answer"):
                    await collector.drain(0.5)
                assert (await client.post(f"/c/{KEY}", content=body())).status_code == 204  # nothing is refused for it
            await collector.drain()
            assert count(store, "touches") == 2

    run(work())


def test_after_a_power_cut_only_the_segments_that_waited_are_repaired(tmp_path: Path) -> None:
    """A process that dies before all of them are leaves the rest to the next."""
    written(Sink(), tmp_path, lambda _: True)
    (tmp_path / "boot").write_text("another")
    first, second = segment(tmp_path, record()), segment(tmp_path, record())
    repaired: list[str] = []

    def dies(lines: bytes, token: str) -> None:
        if token == second.stem:
            raise StoreAway("no answer")
        repaired.append(token)

    def repair(lines: bytes, token: str) -> None:
        repaired.append(token)

    sink = Sink()
    writer = Writer(sink, tmp_path, repair=dies)
    writer.start()
    writer.stop(5)
    assert repaired == [first.stem]

    third = segment(tmp_path, record())
    written(sink, tmp_path, no_more(tmp_path), repair=repair, replay=False)
    assert repaired == [first.stem, second.stem, third.stem]
    assert sink.taken == []

    fourth = segment(tmp_path, record())
    written(sink, tmp_path, no_more(tmp_path), repair=repair, replay=False)
    assert [token for token, _ in sink.taken] == [fourth.stem]


def test_kept_segments_are_replayed_once_a_start(tmp_path: Path) -> None:
    kept = mark_done(segment(tmp_path, record()))
    for start in (1, 2):
        sink = Sink()
        writer = written(sink, tmp_path, lambda w: not w.replaying)
        assert [token for token, _ in sink.taken] == [kept.stem], start
        assert paths(tmp_path, DONE) == [kept]
        assert writer.inserted == 0
