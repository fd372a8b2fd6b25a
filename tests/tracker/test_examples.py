"""Example batches that both sides must agree on: the tracker (tracker_js/test) and the collector's wire format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collector import wire

EXAMPLES = json.loads((Path(__file__).parents[1] / "examples" / "batches.json").read_text(encoding="utf-8"))
REASONS = {kind.__name__: kind for kind in (wire.NotJson, wire.WrongShape, wire.UnknownVersion)}


def _body(example: dict[str, Any]) -> bytes:
    """A string is sent unchanged, anything else as JSON."""
    body = example["body"]
    return (body if isinstance(body, str) else json.dumps(body)).encode()


@pytest.mark.parametrize("example", EXAMPLES["accepted"], ids=lambda e: e["name"])
def test_an_accepted_example_keeps_its_normal_form(example: dict[str, Any]) -> None:
    batch = wire.decode(_body(example))
    form = wire.encode(batch)
    assert wire.encode(wire.decode(form)) == form
    assert len(_body(example)) <= wire.MAX_BODY


@pytest.mark.parametrize("example", EXAMPLES["refused"], ids=lambda e: e["name"])
def test_a_refused_example_has_its_reason(example: dict[str, Any]) -> None:
    with pytest.raises(REASONS[example["reason"]]) as raised:
        wire.decode(_body(example))
    assert type(raised.value) is REASONS[example["reason"]]
