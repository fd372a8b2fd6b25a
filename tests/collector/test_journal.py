"""The journal keeps everything it acknowledged, whatever happens to the file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.journal.journal import DiskFile, Journal, JournalError, JournalHeld, mark_done
from collector.journal.segments import DONE, OPEN, SEALED, as_line, encode_record, good_length, paths, read_records

RECORDS = [encode_record(1000 + n, b'{"site":%d}' % n, b'{"n":%d}' % n * (n + 1)) for n in range(5)]


def bodies(folder: Path) -> list[bytes]:
    return [r.body for suffix in (SEALED, DONE) for p in paths(folder, suffix) for r in read_records(p.read_bytes())]


def test_records_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.commit(RECORDS[:2])
    journal.commit(RECORDS[2:])
    sealed = journal.seal()
    assert sealed is not None
    records = list(read_records(sealed.read_bytes()))
    assert [r.received for r in records] == [1000, 1001, 1002, 1003, 1004]
    assert as_line(records[1]) == RECORDS[1]
    assert records[-1].end == sealed.stat().st_size == good_length(sealed.read_bytes())


def test_without_an_open_segment_nothing_is_sealed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.seal() is None
    assert journal.age is None
    journal.close()
    assert paths(tmp_path, SEALED) == []


def test_full_by_size(tmp_path: Path) -> None:
    journal = Journal(tmp_path, segment_bytes=200)
    while not journal.full:
        journal.commit(RECORDS[:1])
    sealed = journal.seal()
    assert sealed is not None
    assert sealed.stat().st_size >= 200
    assert not journal.full


def test_one_process_per_folder(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    with pytest.raises(JournalHeld, match=f"Another process .{os.getpid()}. is collecting"):
        Journal(tmp_path)
    journal.close()
    Journal(tmp_path).close()


@given(cut=st.integers(0, 10_000), garbage=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_an_incomplete_tail_is_truncated_and_the_rest_kept(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    """Whatever a crash leaves behind the last sync: the records before it are read, none is made up."""
    folder = tmp_path_factory.mktemp("torn")
    whole = b"".join(RECORDS)
    kept = whole[: min(cut, len(whole))]
    (folder / f"1-a{OPEN}").write_bytes(kept + garbage)
    journal = Journal(folder)
    journal.recover()
    journal.close()
    ends = [sum(map(len, RECORDS[: n + 1])) for n in range(len(RECORDS))]
    complete = sum(end <= len(kept) for end in ends)
    found = bodies(folder)
    # bytes behind the cut may complete a record only by being the very bytes that stood there
    assert len(found) >= complete
    assert found == [r.body for r in read_records(whole)][: len(found)]
    for path in paths(folder, SEALED):
        assert good_length(path.read_bytes()) == path.stat().st_size
    assert paths(folder, OPEN) == []


@given(where=st.integers(0, sum(map(len, RECORDS)) - 1), bit=st.integers(0, 7))
@settings(deadline=None)
def test_a_flipped_bit_is_noticed(where: int, bit: int) -> None:
    whole = bytearray(b"".join(RECORDS))
    good = [r.body for r in read_records(bytes(whole))]
    whole[where] ^= 1 << bit
    found = [r.body for r in read_records(bytes(whole))]
    assert found == good[: len(found)]
    assert len(found) < len(good)


class FailingFile(DiskFile):
    """Writes half and says that the disk is full, or fails to sync, when told to."""

    fail_write = False
    fail_sync = False

    def write(self, data: bytes) -> None:
        if self.fail_write:
            super().write(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(data)
        if self.fail_sync:
            raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("what", ["fail_write", "fail_sync"])
def test_a_group_that_failed_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Its clients were told 503 and send again: a trace would be counted twice."""
    journal = Journal(tmp_path, open_file=FailingFile)
    journal.commit(RECORDS[:2])
    monkeypatch.setattr(FailingFile, what, True)
    with pytest.raises(JournalError, match=str(tmp_path)):
        journal.commit(RECORDS[2:4])
    with pytest.raises(JournalError):
        journal.commit(RECORDS[2:4])
    monkeypatch.setattr(FailingFile, what, False)
    journal.commit(RECORDS[2:])
    journal.close()
    assert len(paths(tmp_path, SEALED)) == 2  # the file whose sync failed is not written to again
    assert len(bodies(tmp_path)) == 5
    assert len(set(bodies(tmp_path))) == 5


def test_a_full_disk_at_the_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FailingFile, "fail_write", True)
    journal = Journal(tmp_path, open_file=FailingFile)
    with pytest.raises(JournalError):
        journal.commit(RECORDS)
    journal.close()
    assert [p.name for p in tmp_path.iterdir()] == ["lock"]


def test_done_segments_keep_their_name(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.commit(RECORDS)
    sealed = journal.seal()
    assert sealed is not None
    assert mark_done(sealed).stem == sealed.stem
    assert len(bodies(tmp_path)) == 5


def test_no_file_of_the_journal_is_readable_by_others(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.commit(RECORDS)
    journal.close()
    assert (tmp_path / "j").stat().st_mode & 0o077 == 0
    assert all(p.stat().st_mode & 0o077 == 0 for p in (tmp_path / "j").iterdir())
