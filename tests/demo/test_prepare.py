"""Errors while the demo is prepared are reported with a message."""

from __future__ import annotations

import pytest

from parcours.demo.prepare import DemoFailed, _demo_failed, _read_note
from parcours.demo.simulate import SimulationRefused
from viewer.snapshot import SnapshotError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SnapshotError("/help shows nothing", "empty"), "No picture of the shop: /help shows nothing"),
        (SimulationRefused("refused: 404"), "refused: 404"),
    ],
)
def test_known_failures_become_messages(error: Exception, words: str) -> None:
    failed = _demo_failed(ExceptionGroup("", [ExceptionGroup("", [error])]))
    assert isinstance(failed, DemoFailed)
    assert str(failed) == words


def test_unknown_failures_stay_unchanged() -> None:
    assert isinstance(_demo_failed(ExceptionGroup("", [KeyError("x")])), KeyError)


def test_a_damaged_note_counts_as_none(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "demo.json").write_text("{not json")
    assert _read_note(tmp_path / "demo.json").visitors == 0
