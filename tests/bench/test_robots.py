"""Lower limits for the figures of bench/robots.py."""

from __future__ import annotations

import json
import random

import pytest

from bench import robots


def test_real_user_agents_are_classified() -> None:
    agents = json.loads(robots.AGENTS.read_text("utf-8"))
    assert len(agents["people"]) >= 300
    assert len(agents["robots"]) >= 300
    result = robots.judged(agents)
    assert result["figures"]["precision"] >= 0.99
    assert result["figures"]["recall"] >= 0.95
    assert len(result["wronged"]) <= 3, result["wronged"]


def test_few_devices_are_taken_for_robots_and_few_robots_are_missed() -> None:
    """Matomo's examples. The whole set is measured by `python -m bench robots`."""
    examples = robots.matomos_examples(every=20)
    assert len(examples["people"]) >= 1_600
    assert len(examples["robots"]) >= 1_300
    result = robots.judged(examples)
    assert result["figures"]["recall"] >= 0.98, result["missed"]
    assert len(result["wronged"]) <= 0.003 * len(examples["people"]), result["wronged"]


MONITORS = (
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/83.0.4103.97 Safari/537.36 "
    "(Dotcom-Monitor)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/100.0.4896.60 Safari/537.36 "
    "NewRelicSynthetics/1.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/97.0.4692.71 "
    "Safari/537.36 (ThousandEyes Agent)",
    "Mozilla/5.0 (X11; Linux x86_64; Rigor) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.75 Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.3; WOW64; Trident/7.0; rv:11.0; Catchpoint) like Gecko",
    "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 "
    "Mobile Safari/537.36 Chrome-Lighthouse",
    "Mozilla/5.0 (Exchange check)",
    "Mozilla/5.0 Keydrop",
)


@pytest.mark.parametrize("agent", MONITORS)
def test_monitors_that_identify_themselves_are_robots(agent: str) -> None:
    assert robots.device(agent, False).bot == "crawler"


def test_simulated_people_pass_and_simulated_robots_are_detected() -> None:
    rng = random.Random(3)
    for name, maker in robots.PEOPLE.items():
        assert robots.false_alarms(maker, 1000, rng) <= 0.01, name
    for name, (maker, dwelt) in robots.ROBOTS.items():
        assert sum(bool(robots.by_behaviour(maker(rng), dwelt)) for _ in range(100)) >= 95, name
