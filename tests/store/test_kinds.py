"""Kinds and devices are written once: the copies in SQL and on the wire agree with the tables in store/."""

from __future__ import annotations

import re
from pathlib import Path

from collector import wire
from collector.enrich.devices import device
from store.devices import ANY_DEVICE
from store.kinds import EVENT_KINDS, FEEDBACK_KIND, MAP_KINDS, POINT_KINDS

SCHEMA = Path("store/sql/0001_schema.sql").read_text()
AGENTS = {
    "desktop": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
    "phone": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
    "other": "curl/8.5.0",
}


def _kinds_of(view: str) -> set[str]:
    """The kinds that a landing view writes into its table."""
    text = SCHEMA[SCHEMA.index(f"landing_{view} ") :]
    before, _, _ = text.partition(") AS kind")
    return set(re.findall(r"arrayWithConstant\(\w+, '(\w+)'\)", before))


def test_the_schema_writes_these_kinds() -> None:
    assert _kinds_of("points") == set(POINT_KINDS)
    assert _kinds_of("events") == set(EVENT_KINDS)


def test_a_batch_has_these_kinds() -> None:
    assert set(wire.KINDS) == {*POINT_KINDS, *EVENT_KINDS, FEEDBACK_KIND}


def test_a_map_shows_points_or_reach() -> None:
    assert (*POINT_KINDS, "scroll") == MAP_KINDS


def test_the_collector_tells_these_devices_apart() -> None:
    assert {name: device(agent, touch=False).kind for name, agent in AGENTS.items()} == {d: d for d in ANY_DEVICE}
