"""What is in quarantine keeps its reason, is put back once, and is never sent under two tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.app import CollectorSettings
from collector.journal.journal import mark_done
from collector.journal.quarantine import NotQuarantined, Quarantine, left_out
from collector.journal.segments import DONE, SEALED, encode_record, paths, read_records
from collector.journal.writer import Writer, WriterSettings
from store.client import BadLine, Store
from store.errors import StoreError
from tests.collector.batches import body
from tests.collector.conftest import KEY, running
from tests.collector.test_writer import Run, Sink, count, no_more, record, segment, written
from tests.waiting import until

BROKEN = encode_record(1, b'{"site":7,"page":[]}', b'{"click":5}')


class Picky(Sink):
    """Takes nothing of what it was told to refuse."""

    def __init__(self, refused: str) -> None:
        super().__init__()
        self.refused = refused

    def insert_segment(self, lines: bytes | Path, token: str) -> None:
        if token == self.refused:
            raise StoreError("memory limit")
        super().insert_segment(lines, token)


def test_a_whole_segment_comes_back_while_the_writer_runs(tmp_path: Path) -> None:
    path = segment(tmp_path, record(), record())
    sink = Picky(path.stem)
    writer = Writer(sink, tmp_path, WriterSettings(attempts=1, pause=lambda _: 0.01))
    writer.start()
    quarantine = Quarantine(tmp_path)
    until(lambda: bool(quarantine.segments()) and writer.quarantined == 1)
    assert quarantine.by_site() == {7: 2}

    sink.refused = ""
    back = quarantine.put_back(quarantine.find(path.stem))
    until(lambda: not back.exists())  # nobody wakes the writer: it polls the folder
    writer.stop(5)
    assert [(token, len(lines)) for token, lines in sink.taken] == [(path.stem, 2)]
    assert list(quarantine.folder.iterdir()) == []
    assert quarantine.by_site() == {}
    assert writer.quarantined == 0


def test_a_single_record_is_put_back_as_a_separate_segment(tmp_path: Path) -> None:
    path = segment(tmp_path, record(seq=0), record(seq=1), record(seq=2))
    written(Sink(BadLine("bad", 2)), tmp_path, no_more(tmp_path))
    quarantine = Quarantine(tmp_path)
    [aside] = quarantine.segments()
    assert "bad" in str(quarantine.why(aside))
    quarantine.put_back(aside)
    sink = Sink()
    written(sink, tmp_path, lambda _: len(sink.taken) == 2)
    [(alone, [line]), (rest, two)] = sink.taken
    assert (alone, rest) == (f"{path.stem}.2", f"{path.stem}-2")
    assert [json.loads(line)["b"]["seq"] for line in (line, *two)] == [1, 0, 2]


def test_a_record_that_is_still_refused_goes_back_under_its_name(tmp_path: Path) -> None:
    segment(tmp_path, record(), record())
    written(Sink(BadLine("bad", 1)), tmp_path, no_more(tmp_path))
    quarantine = Quarantine(tmp_path)
    [aside] = quarantine.segments()
    for _ in range(2):
        quarantine.put_back(aside)
        written(Sink(BadLine("still bad", 1)), tmp_path, no_more(tmp_path))
        assert quarantine.segments() == [aside]
        assert "still bad" in str(quarantine.why(aside))


def test_a_store_that_can_read_a_line_after_an_upgrade_does_not_store_its_segment_twice(
    store: Store, tmp_path: Path
) -> None:
    """After an upgrade the kept segment is replayed: under the token it was stored with, without that line."""
    made = [record() for _ in range(4)]
    segment(tmp_path, made[0], BROKEN, made[1])
    written(store, tmp_path, no_more(tmp_path))
    assert count(store, "touches") == 2
    [done] = paths(tmp_path, DONE)
    assert left_out(done) == {2}

    whole = done.read_bytes()
    done.write_bytes(whole.replace(BROKEN, made[2]))  # now it can be read
    assert written(store, tmp_path, lambda w: not w.replaying).inserted == 0
    assert count(store, "touches") == 2


def test_a_stored_segment_never_gets_another_token(tmp_path: Path) -> None:
    """A store that refuses today what it took before is told nothing new."""
    done = [mark_done(segment(tmp_path, record(), record())) for _ in range(2)]
    sink = Sink(BadLine("no more", 1))
    written(sink, tmp_path, lambda w: not w.replaying)
    assert [token for token, _ in sink.taken] == [done[1].stem]  # and the next is not held up
    assert Quarantine(tmp_path).segments() == []


def test_put_back_twice_is_stored_once(store: Store, tmp_path: Path) -> None:
    path = segment(tmp_path, record(), record())
    quarantine = Quarantine(tmp_path)
    quarantine.keep(path, "by hand", 1)
    copy = quarantine.segments()[0].read_bytes()
    for _ in range(2):
        (quarantine.folder / path.name).write_bytes(copy)
        quarantine.put_back(quarantine.find(path.name))
        written(store, tmp_path, no_more(tmp_path))
        assert count(store, "touches") == 2


def test_quarantined_batches_are_known_after_a_restart(settings: CollectorSettings, store: Store, run: Run) -> None:
    """Its tracker may send it again; the segment may be put back: both must not be stored."""

    async def work() -> None:
        text = body()
        async with running(settings) as (_, client):
            assert (await client.post(f"/c/{KEY}", content=text)).status_code == 204
        quarantine = Quarantine(settings.journal)
        [path] = paths(settings.journal, SEALED)
        quarantine.keep(path, "by hand", 1)
        async with running(settings, store) as (collector, client):
            assert (await client.post(f"/c/{KEY}", content=text)).status_code == 204
            assert collector.health(7).duplicates == 1
            assert collector.health(7).quarantined == 1
            quarantine.put_back(quarantine.find(path.name))
            await collector.drain()
            assert count(store, "touches") == 1
            assert collector.health(7).quarantined == 0

    run(work())


def test_an_unreadable_record_does_not_stop_the_start(settings: CollectorSettings, store: Store, run: Run) -> None:
    settings.journal.mkdir()
    segment(settings.journal, encode_record(1, b"{", b"no"), record(view="v" * 24))

    async def work() -> None:
        async with running(settings, store) as (collector, client):
            await collector.drain()
            assert (await client.post(f"/c/{KEY}", content=body(view="v" * 24))).status_code == 204
            assert collector.health(7).duplicates == 1
            assert collector.health(0).quarantined == 1

    run(work())


def test_discarding_is_recorded_without_any_visitor(tmp_path: Path) -> None:
    path = segment(tmp_path, record(), record())
    quarantine = Quarantine(tmp_path)
    quarantine.keep(path, "memory limit", 5)
    view = json.loads(next(read_records(quarantine.find(path.stem).read_bytes())).body)["view"]
    assert quarantine.discard(quarantine.find(path.stem)) == 2
    assert quarantine.segments() == []
    note = (tmp_path / "discarded.log").read_text()
    assert json.loads(note)["batches"] == {"7": 2}
    assert json.loads(note)["error"] == "memory limit"
    assert not any(view.encode() in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


@pytest.mark.parametrize("name", ["nothing", "../lock", "", "/etc/passwd"])
def test_only_quarantined_segments_can_be_named(tmp_path: Path, name: str) -> None:
    segment(tmp_path, record())
    with pytest.raises(NotQuarantined):
        Quarantine(tmp_path).find(name)


def test_a_damaged_sealed_segment_is_kept(tmp_path: Path) -> None:
    """What stands before the damage is stored, the rest is not dropped in silence."""
    path = segment(tmp_path, record(), record(), record())
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)
    sink = Sink()
    written(sink, tmp_path, no_more(tmp_path))
    assert [len(lines) for _, lines in sink.taken] == [2]
    assert (tmp_path / "quarantine" / f"{path.stem}.damaged").read_bytes() == data


def test_a_segment_that_failed_half_way_is_stored_completely_and_once_when_it_is_put_back(
    store: Store, tmp_path: Path
) -> None:
    """The engine keeps what a table had taken when another failed; the token fills in the rest."""
    store.command("CREATE TABLE broken (a UInt8) ENGINE = MergeTree ORDER BY a")
    store.command("CREATE MATERIALIZED VIEW landing_z TO broken AS SELECT throwIf(b.seq = 0) AS a FROM landing")
    segment(tmp_path, record(), record())
    quarantine = Quarantine(tmp_path)
    written(store, tmp_path, lambda _: bool(quarantine.segments()), attempts=2)
    store.command("DROP TABLE landing_z")
    [aside] = quarantine.segments()
    quarantine.put_back(aside)
    written(store, tmp_path, no_more(tmp_path))
    assert [count(store, table) for table in ("points", "touches", "views FINAL", "scrolls FINAL")] == [10, 2, 2, 2]
