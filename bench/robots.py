"""How well robots are detected by user agent and by how they click, and what the detection costs.

User agents: tests/examples/user_agents.json, with their sources, and Matomo's examples of devices and robots, which
the package device-detector has. No list that the collector uses is made from the latter.

Clicks are simulated: people by Fitts' law (https://doi.org/10.1037/h0055392), robots the way common tools click.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from collector.enrich.devices import device
from collector.enrich.robots import by_behaviour
from collector.wire import ClickColumns

NAME = "robots"
HELP = "precision and recall of robot detection by user agent and behaviour, and its cost (3 min)"

AGENTS = Path(__file__).resolve().parents[1] / "tests" / "examples" / "user_agents.json"
_NO_BROWSERS = ("feed_reader", "podcasting", "mediaplayer")  # files of device-detector
VISITS = 20_000  # simulated batches of each kind


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Precision and recall overall and by reason, false alarms for people, µs per batch."""
    agents = json.loads(AGENTS.read_text("utf-8"))
    by_agent = judged(agents)
    visits = VISITS // 10 if args.quick else VISITS
    rng = random.Random(11)
    of_matomo = judged(matomos_examples(every=20 if args.quick else 1))
    return {
        "by user agent": by_agent["figures"],
        "by user agent, Matomo's examples": of_matomo["figures"]
        | {"devices taken for robots, share": len(of_matomo["wronged"]) / of_matomo["figures"]["people"]},
        "Matomo's robots missed": [agent[-100:] for agent in of_matomo["missed"]],
        "Matomo's devices taken for robots": [agent[-100:] for agent in of_matomo["wronged"]],
        "missed": {agent[-100:]: "robot taken for a person" for agent in by_agent["missed"]},
        "people taken for robots": {agent[-100:]: reason for agent, reason in by_agent["wronged"].items()},
        "simulated people taken for robots, share": {
            name: false_alarms(maker, visits, rng) for name, maker in PEOPLE.items()
        },
        "simulated robots detected, share by reason": {
            name: found(maker, visits // 10, rng) for name, maker in ROBOTS.items()
        },
        "cost per batch, µs": {f"{n} clicks": cost(n, rng) for n in (0, 1, 2, 5, 12)},
    }


def matomos_examples(every: int = 1) -> dict[str, list[str]]:
    """User agents of robots, and of every n-th device that runs a browser: readers of feeds and podcasts run none."""
    (package,) = importlib.util.find_spec("device_detector").submodule_search_locations  # type: ignore[union-attr,misc]
    found: dict[str, set[str]] = {"robots": set(), "people": set()}
    for path in sorted(Path(package, "tests", "fixtures", "upstream").glob("*.yml")):
        kind = "robots" if path.stem == "bots" else "people"
        for example in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader):
            agent = example.get("user_agent", "")
            if kind == "robots" or (path.stem not in _NO_BROWSERS and agent.startswith("Mozilla/5.0")):
                found[kind].add(agent)
    return {"robots": sorted(found["robots"]), "people": sorted(found["people"])[::every]}


def judged(agents: dict[str, Any]) -> dict[str, Any]:
    """`figures` (counts and shares), `missed` robots, and people `wronged` with the reason."""
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


def hand(rng: random.Random, clock: int = 1) -> ClickColumns:
    """A person with a mouse: movement times by Fitts' law, positions in the box from a normal distribution."""
    n = rng.randint(3, 14)
    px, py, at = [rng.randrange(1366)], [rng.randrange(5000)], [rng.randrange(5000)]
    for _ in range(n - 1):
        again = rng.random() < 0.3  # on the same button
        px.append(px[-1] + rng.randint(-6, 6) if again else rng.randrange(1366))
        py.append(py[-1] + rng.randint(-3, 3) if again else rng.randrange(5000))
        way = abs(px[-1] - px[-2])
        seconds = 0.16 + 0.15 * math.log2(1 + way / 40) + (0 if again else rng.expovariate(1.5))
        at.append(at[-1] + 60 + max(0, int(1000 * seconds * rng.gauss(1, 0.15))))
    at = [moment // clock * clock for moment in at]
    inside = [min(9999, max(0, int(rng.gauss(5000, 1800)))) for _ in range(2 * n)]
    return clicks(at, [rng.randrange(12) for _ in px], inside[:n], inside[n:], px, py)


def stepper(rng: random.Random, clock: int = 1) -> ClickColumns:
    """A person who clicks one button many times, as regularly as trained fingers tap (6 % deviation)."""
    n, beat = rng.randint(6, 14), rng.uniform(120, 400)
    at, now = [], 0.0
    for _ in range(n):
        now += max(40, rng.gauss(beat, 0.06 * beat))
        at.append(int(now) // clock * clock)
    x, y = rng.randrange(10_000), rng.randrange(10_000)
    return clicks(at, [0] * n, [x] * n, [y] * n, [700] * n, [300] * n)


def marched(rng: random.Random) -> ClickColumns:
    """A script that clicks the centre of one element after another."""
    n = rng.randint(5, 14)
    at = [0]
    for _ in range(n - 1):
        at.append(at[-1] + rng.randint(200, 4000))
    return clicks(at, list(range(n)), [5000] * n, [5000] * n, *places(rng, n))


def rushed(rng: random.Random) -> ClickColumns:
    """A script without pauses."""
    n = rng.randint(5, 14)
    return clicks([5 * i for i in range(n)], list(range(n)), *inside(rng, n), *places(rng, n))


def ticked(rng: random.Random) -> ClickColumns:
    """A script with the same pause each time, plus a few ms of jitter."""
    n, pause = rng.randint(6, 14), rng.randint(200, 3000)
    at = [0]
    for _ in range(n - 1):
        at.append(at[-1] + pause + rng.randint(0, 6))
    return clicks(at, list(range(n)), *inside(rng, n), *places(rng, n))


def teleported(rng: random.Random) -> ClickColumns:
    """Clicks made through the browser's debugger, without any pointer movement."""
    n, at = 5, [0]
    for _ in range(n - 1):
        at.append(at[-1] + rng.randint(1000, 6000))
    return clicks(at, list(range(n)), *inside(rng, n), *places(rng, n))


def inside(rng: random.Random, n: int) -> tuple[list[int], list[int]]:
    return [rng.randrange(10_000) for _ in range(n)], [rng.randrange(10_000) for _ in range(n)]


def places(rng: random.Random, n: int) -> tuple[list[int], list[int]]:
    return [(100 + 700 * (i % 2)) + rng.randrange(200) for i in range(n)], [rng.randrange(5000) for _ in range(n)]


def clicks(at: list[int], e: list[int], x: list[int], y: list[int], px: list[int], py: list[int]) -> ClickColumns:
    n = len(at)
    t = [at[0], *(after - before for before, after in pairwise(at))]
    zeros = [0] * n
    return ClickColumns(t=t, e=e, x=x, y=y, w=[100] * n, h=[40] * n, px=px, py=py, b=zeros, k=zeros, r=zeros, d=zeros)


Maker = Callable[[random.Random], ClickColumns]
PEOPLE: dict[str, Maker] = {
    "a mouse": hand,
    "a mouse, clock of 100 ms": lambda rng: hand(rng, 100),
    "one button, fast and even": stepper,
    "one button, clock of 100 ms": lambda rng: stepper(rng, 100),
}
ROBOTS: dict[str, tuple[Maker, bool]] = {
    "centre of each element": (marched, True),
    "no pauses": (rushed, True),
    "equal pauses": (ticked, True),
    "no pointer": (teleported, False),
}


def false_alarms(maker: Maker, n: int, rng: random.Random) -> float:
    return sum(bool(by_behaviour(maker(rng), True)) for _ in range(n)) / n


def found(robot: tuple[Maker, bool], n: int, rng: random.Random) -> str:
    maker, dwelt = robot
    reasons = Counter(by_behaviour(maker(rng), dwelt) for _ in range(n))
    return ", ".join(f"{reason or 'none'} {count / n:.3f}" for reason, count in reasons.most_common())


def cost(n: int, rng: random.Random) -> float:
    """µs to judge a person's batch of n clicks, best of nine runs."""
    made = hand(rng)
    while len(made.t) < n:
        made = hand(rng)
    cut = ClickColumns(*(getattr(made, name)[:n] for name in made.__struct_fields__)) if n else None
    best = math.inf
    for _ in range(9):
        start = time.perf_counter_ns()
        for _ in range(2000):
            by_behaviour(cut, True)
        best = min(best, (time.perf_counter_ns() - start) / 2000 / 1000)
    return best
