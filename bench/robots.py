"""Robots and people told apart: by real user agents, by requests, and by how they click; and what it costs.

`python -m bench robots`. The user agents are tests/examples/user_agents.json (where each comes from stands in it).
Clicks are made here: hands by Fitts' law, robots as the usual tools click.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from collector.devices import device
from collector.robots import by_behaviour
from collector.wire import Clicks

AGENTS = Path(__file__).resolve().parents[1] / "tests" / "examples" / "user_agents.json"
VISITS = 20_000  # made-up batches of each kind


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Precision and recall overall and by reason, false alarms of hands, µs a batch."""
    agents = json.loads(AGENTS.read_text("utf-8"))
    by_agent = judged(agents)
    visits = VISITS // 10 if args.quick else VISITS
    some = random.Random(11)
    return {
        "by user agent": by_agent["figures"],
        "missed": {agent[-100:]: "robot taken for a person" for agent in by_agent["missed"]},
        "taken for robots": {agent[-100:]: reason for agent, reason in by_agent["wronged"].items()},
        "people's batches taken for robots' (share)": {
            name: false_alarms(maker, visits, some) for name, maker in PEOPLE.items()
        },
        "robots' batches found (share, with the reason)": {
            name: found(maker, visits // 10, some) for name, maker in ROBOTS.items()
        },
        "cost, µs a batch": {f"{n} clicks": cost(n, some) for n in (0, 1, 2, 5, 12)},
    }


def judged(agents: dict[str, Any]) -> dict[str, Any]:
    """`figures` (counts and shares), `missed` robots, `wronged` people with the reason."""
    robots = {agent: device(agent, False).bot for agent in agents["robots"]}
    people = {agent: device(agent, False).bot for agent in agents["people"]}
    hits = sum(map(bool, robots.values()))
    wronged = {agent: reason for agent, reason in people.items() if reason}
    figures: dict[str, Any] = {
        "robots": len(robots),
        "people": len(people),
        "precision": hits / (hits + len(wronged)),
        "recall": hits / len(robots),
    }
    for reason, n in Counter(filter(None, robots.values())).most_common():
        wrong = sum(reason == other for other in wronged.values())
        figures[f"{reason}: found"] = n
        figures[f"{reason}: precision"] = n / (n + wrong)
    return {"figures": figures, "missed": [a for a, reason in robots.items() if not reason], "wronged": wronged}


def hand(some: random.Random, clock: int = 1) -> Clicks:
    """A person with a mouse: ways and times by Fitts' law, places within the box by a bell curve."""
    n = some.randint(3, 14)
    px, py, at = [some.randrange(1366)], [some.randrange(5000)], [some.randrange(5000)]
    for _ in range(n - 1):
        again = some.random() < 0.3  # on the same button
        px.append(px[-1] + some.randint(-6, 6) if again else some.randrange(1366))
        py.append(py[-1] + some.randint(-3, 3) if again else some.randrange(5000))
        way = abs(px[-1] - px[-2])
        seconds = 0.16 + 0.15 * math.log2(1 + way / 40) + (0 if again else some.expovariate(1.5))
        at.append(at[-1] + 60 + max(0, int(1000 * seconds * some.gauss(1, 0.15))))
    at = [moment // clock * clock for moment in at]
    inside = [min(9999, max(0, int(some.gauss(5000, 1800)))) for _ in range(2 * n)]
    return clicks(at, [some.randrange(12) for _ in px], inside[:n], inside[n:], px, py)


def stepper(some: random.Random, clock: int = 1) -> Clicks:
    """A person who clicks one button many times, as regularly as trained fingers tap (6 %)."""
    n, beat = some.randint(6, 14), some.uniform(120, 400)
    at, now = [], 0.0
    for _ in range(n):
        now += max(40, some.gauss(beat, 0.06 * beat))
        at.append(int(now) // clock * clock)
    x, y = some.randrange(10_000), some.randrange(10_000)
    return clicks(at, [0] * n, [x] * n, [y] * n, [700] * n, [300] * n)


def marched(some: random.Random) -> Clicks:
    """A script that clicks the centre of one element after the other."""
    n = some.randint(5, 14)
    at = [0]
    for _ in range(n - 1):
        at.append(at[-1] + some.randint(200, 4000))
    return clicks(at, list(range(n)), [5000] * n, [5000] * n, *places(some, n))


def rushed(some: random.Random) -> Clicks:
    """A script without pauses."""
    n = some.randint(5, 14)
    return clicks([5 * i for i in range(n)], list(range(n)), *inside(some, n), *places(some, n))


def ticked(some: random.Random) -> Clicks:
    """A script with the same pause each time, and the few ms that a machine adds."""
    n, pause = some.randint(6, 14), some.randint(200, 3000)
    at = [0]
    for _ in range(n - 1):
        at.append(at[-1] + pause + some.randint(0, 6))
    return clicks(at, list(range(n)), *inside(some, n), *places(some, n))


def teleported(some: random.Random) -> Clicks:
    """Clicks made in the browser's debugger: no pointer goes there."""
    n, at = 5, [0]
    for _ in range(n - 1):
        at.append(at[-1] + some.randint(1000, 6000))
    return clicks(at, list(range(n)), *inside(some, n), *places(some, n))


def inside(some: random.Random, n: int) -> tuple[list[int], list[int]]:
    return [some.randrange(10_000) for _ in range(n)], [some.randrange(10_000) for _ in range(n)]


def places(some: random.Random, n: int) -> tuple[list[int], list[int]]:
    return [(100 + 700 * (i % 2)) + some.randrange(200) for i in range(n)], [some.randrange(5000) for _ in range(n)]


def clicks(at: list[int], e: list[int], x: list[int], y: list[int], px: list[int], py: list[int]) -> Clicks:
    n = len(at)
    t = [at[0], *(after - before for before, after in pairwise(at))]
    zeros = [0] * n
    return Clicks(t=t, e=e, x=x, y=y, w=[100] * n, h=[40] * n, px=px, py=py, b=zeros, k=zeros, r=zeros, d=zeros)


Maker = Callable[[random.Random], Clicks]
PEOPLE: dict[str, Maker] = {
    "a mouse": hand,
    "a mouse, clock of 100 ms": lambda some: hand(some, 100),
    "one button, fast and even": stepper,
    "one button, clock of 100 ms": lambda some: stepper(some, 100),
}
ROBOTS: dict[str, tuple[Maker, bool]] = {
    "centre of each element": (marched, True),
    "no pauses": (rushed, True),
    "equal pauses": (ticked, True),
    "no pointer": (teleported, False),
}


def false_alarms(maker: Maker, n: int, some: random.Random) -> float:
    return sum(bool(by_behaviour(maker(some), True)) for _ in range(n)) / n


def found(robot: tuple[Maker, bool], n: int, some: random.Random) -> str:
    maker, dwelt = robot
    reasons = Counter(by_behaviour(maker(some), dwelt) for _ in range(n))
    return ", ".join(f"{reason or 'none'} {count / n:.3f}" for reason, count in reasons.most_common())


def cost(n: int, some: random.Random) -> float:
    """µs for the behaviour of a person's batch with n clicks, best of nine."""
    made = hand(some)
    while len(made.t) < n:
        made = hand(some)
    cut = Clicks(*(getattr(made, name)[:n] for name in made.__struct_fields__)) if n else None
    best = math.inf
    for _ in range(9):
        began = time.perf_counter_ns()
        for _ in range(2000):
            by_behaviour(cut, True)
        best = min(best, (time.perf_counter_ns() - began) / 2000 / 1000)
    return best
