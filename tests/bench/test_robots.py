"""Floors of what bench/robots.py prints."""

from __future__ import annotations

import json
import random

from bench import robots


def test_real_user_agents_are_told_apart() -> None:
    agents = json.loads(robots.AGENTS.read_text("utf-8"))
    assert len(agents["people"]) >= 300
    assert len(agents["robots"]) >= 300
    result = robots.judged(agents)
    assert result["figures"]["precision"] >= 0.99
    assert result["figures"]["recall"] >= 0.95
    assert len(result["wronged"]) <= 3, result["wronged"]


def test_hands_are_let_in_and_scripts_found() -> None:
    some = random.Random(3)
    for name, maker in robots.PEOPLE.items():
        assert robots.false_alarms(maker, 1000, some) <= 0.01, name
    for name, (maker, dwelt) in robots.ROBOTS.items():
        assert sum(bool(robots.by_behaviour(maker(some), dwelt)) for _ in range(100)) >= 95, name
