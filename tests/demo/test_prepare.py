"""What goes wrong while the demo is prepared is told in words."""

from __future__ import annotations

import pytest

from parcours.demo.prepare import DemoFailed, _in_words, _read_note
from parcours.demo.simulate import SimulationRefused
from viewer.snapshot import SnapshotError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SnapshotError("/help shows nothing", "empty"), "No picture of the shop: /help shows nothing"),
        (SimulationRefused("refused: 404"), "refused: 404"),
    ],
)
def test_known_failures_become_words(error: Exception, words: str) -> None:
    told = _in_words(ExceptionGroup("", [ExceptionGroup("", [error])]))
    assert isinstance(told, DemoFailed)
    assert str(told) == words


def test_unknown_failures_stay_what_they_are() -> None:
    assert isinstance(_in_words(ExceptionGroup("", [KeyError("x")])), KeyError)


def test_a_spoilt_note_counts_as_none(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "demo.json").write_text("{not json")
    assert _read_note(tmp_path / "demo.json").visitors == 0
