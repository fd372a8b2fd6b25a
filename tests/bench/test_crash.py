"""The count behind `bench crash` detects batches that are lost, partial, doubled or never sent."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
import xxhash

from bench.crash import tear
from bench.crash_clients import Clients
from bench.crash_count import ROWS, compare
from collector.journal.segments import encode_record, good_length

VIEWS = [letter * 24 for letter in "abcd"]


def clients() -> Clients:
    made = Clients("http://nowhere")
    made.tried.update(VIEWS)
    made.acknowledged.update(dict.fromkeys(VIEWS[:3], time.monotonic() - 60))  # the fourth was in flight
    return made


def stored(*views: str) -> dict[str, Counter[int]]:
    return {rows: Counter({xxhash.xxh64_intdigest(view.encode()): n for view in views}) for rows, n in ROWS.items()}


def test_every_batch_stored_once_is_right() -> None:
    assert compare(stored(*VIEWS[:3]), clients(), []).right
    assert compare(stored(*VIEWS), clients(), []).right  # stored, and the answer was lost


def test_lost_batches_are_counted_with_the_longest_loss() -> None:
    made = clients()
    count = compare(stored(*VIEWS[1:3]), made, [made.acknowledged[VIEWS[0]] + 3.0])
    assert (count.acknowledged, count.lost, count.partial, count.double) == (3, 1, 0, 0)
    assert count.lost_s == pytest.approx(3.0)
    assert not count.right


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize(("change", "counts"), [(-1, (1, 0)), (1, (0, 1))])
def test_a_missing_or_extra_row_in_any_table_is_detected(rows: str, change: int, counts: tuple[int, int]) -> None:
    found = stored(*VIEWS)
    found[rows][xxhash.xxh64_intdigest(VIEWS[1].encode())] += change
    count = compare(found, clients(), [])
    assert (count.partial, count.double) == counts
    assert not count.right


def test_a_batch_that_nobody_sent_is_foreign() -> None:
    assert compare(stored(*VIEWS, "e" * 24), clients(), []).foreign == 1


def test_a_torn_tail_is_never_read_as_a_record(tmp_path: Path) -> None:
    whole = encode_record(1, b'{"site":1}', b"{}")
    for number in range(200):
        path = tmp_path / f"{number}.open"
        path.write_bytes(whole)
        assert tear(tmp_path) == 1
        data = path.read_bytes()
        assert len(data) > len(whole)
        assert good_length(data) == len(whole)
        path.unlink()
