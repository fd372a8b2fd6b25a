"""Lower limits for the figures of bench/robots.py."""

from __future__ import annotations

import json
import random

from bench import robots


def test_real_user_agents_are_classified() -> None:
    agents = json.loads(robots.AGENTS.read_text("utf-8"))
    assert len(agents["people"]) >= 300
    assert len(agents["robots"]) >= 300
    result = robots.judged(agents)
    assert result["figures"]["precision"] >= 0.99
    assert result["figures"]["recall"] >= 0.95
    assert len(result["wronged"]) <= 3, result["wronged"]


def test_simulated_people_pass_and_simulated_robots_are_detected() -> None:
    rng = random.Random(3)
    for name, maker in robots.PEOPLE.items():
        assert robots.false_alarms(maker, 1000, rng) <= 0.01, name
    for name, (maker, dwelt) in robots.ROBOTS.items():
        assert sum(bool(robots.by_behaviour(maker(rng), dwelt)) for _ in range(100)) >= 95, name
