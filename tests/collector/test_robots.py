"""Robots are recognised by their request and their clicks; people are not."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.enrich.robots import by_behaviour, by_request
from collector.wire import ClickColumns
from store.robots import REASONS
from tests.collector.conftest import CHROME
from tests.collector.test_request_facts import EDGE, FIREFOX, IPHONE, MAC, PIXEL

BRANDS = b'"Chromium";v="130", "Google Chrome";v="130", "Not?A_Brand";v="99"'


def clicks(
    t: Sequence[int],
    e: Sequence[int] | None = None,
    at: Sequence[tuple[int, int]] | None = None,
    px: Sequence[int] | None = None,
    py: Sequence[int] | None = None,
    k: Sequence[int] | None = None,
) -> ClickColumns:
    """`t`: ms since the click before; what is not said is as by a hand on one button."""
    n, some = len(t), random.Random(7)
    at = at or [(some.randrange(3000, 7000), some.randrange(3000, 7000)) for _ in t]
    return ClickColumns(
        t=list(t), e=list(e or [0] * n), x=[x for x, _ in at], y=[y for _, y in at], w=[100] * n, h=[40] * n,
        px=list(px or [some.randrange(300, 360) for _ in t]), py=list(py or [some.randrange(300, 330) for _ in t]),
        b=[0] * n, k=list(k or [0] * n), r=[0] * n, d=[0] * n,
    )  # fmt: skip


def by(said: str = "", agent: str = CHROME, brands: bytes = BRANDS, **changes: Any) -> str:
    given = {"names_language": True, "automated": False, "purpose": "", "own_machine": False} | changes
    return by_request(
        said, agent, brands, given["names_language"], given["automated"], given["purpose"], given["own_machine"]
    )


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (by(), ""),
        (by(agent=EDGE), ""),
        (by(agent=PIXEL), ""),
        (by(agent=IPHONE, brands=b""), ""),
        (by(agent=FIREFOX, brands=b""), ""),
        (by(brands=b'"HeadlessChrome";v="130", "Chromium";v="130"'), "headless"),
        (by(names_language=False), "headless"),
        (by(agent=FIREFOX), "contradiction"),
        (by(agent=MAC), "contradiction"),
        (by(agent=IPHONE), "contradiction"),
        (by(automated=True), "webdriver"),
        (by("crawler"), "crawler"),
        (by(purpose="prefetch;prerender"), "prefetch"),
        (by(brands=b'"HeadlessChrome";v="130"', own_machine=True), ""),
        (by(names_language=False, agent=FIREFOX, own_machine=True), ""),
        (by("crawler", own_machine=True), "crawler"),
        (by(brands=b'"Chromium";v="130", "Google Chrome";v="130"'), "emulated"),  # Lighthouse
        (by(brands=b'"Google Chrome";v="130","Chromium";v="130"', agent=PIXEL), "emulated"),
        (by(brands=BRANDS.replace(b"130", b"141")), "contradiction"),
        (by(brands=BRANDS.replace(b"130", b"141"), own_machine=True), ""),
        (by(brands=b""), ""),
    ],
)
def test_by_request(found: str, reason: str) -> None:
    assert found == reason
    assert found in ("", *REASONS)


PLACES = [100, 600, 1100, 200, 900, 300]
UNEVEN = [900, 1200, 1700, 1100, 2300, 1500]


@pytest.mark.parametrize(
    ("made", "dwelt", "reason"),
    [
        # robots
        (clicks(UNEVEN, e=range(6), at=[(5000, 5000)] * 6), True, "same_place"),
        (clicks([0, 20, 25], px=[100, 900, 100]), True, "too_fast"),
        (clicks([0, 0, 0], px=[100, 900, 100]), True, "too_fast"),
        (clicks([0, 500, 501, 499, 502, 500]), True, "too_regular"),
        (clicks([0, 3000, 3000, 3000, 3000, 3000]), True, "too_regular"),
        (clicks(UNEVEN, px=PLACES), False, "no_pointer"),
        # the same, of people
        (clicks(UNEVEN, e=range(6), at=[(5000, 5000)] * 6, k=[1] * 6), False, ""),  # keyboard, screen reader
        (clicks([0, 0, 0], px=[100, 900, 100], k=[2] * 3), False, ""),  # two thumbs
        (clicks([0, 500, 501, 499, 502, 500], k=[2] * 6), False, ""),
        (clicks(UNEVEN, px=PLACES, k=[8] * 6), False, ""),  # a pen
        (clicks(UNEVEN, px=PLACES, k=[32] * 6), False, ""),
        (clicks([0, 90, 90, 90], px=[100, 1700, 100, 1700], k=[64] * 4), True, ""),  # a long strip, dragged to and fro
        (clicks([0, 90, 90, 90], px=[100, 1700, 100, 1700]), True, "too_fast"),
        (clicks(UNEVEN, px=PLACES), True, ""),
        (clicks([0, 150, 160, 140, 170, 150]), False, ""),  # many on one button, fast
        (clicks([0, 200, 200, 200, 200, 200]), False, ""),  # the same by a clock of 100 ms
        (clicks([0, 90], px=[100, 900]), False, ""),
        (clicks([0, 5, 2000], px=[100, 900, 100]), True, ""),  # once: the page hung
        (clicks([0, 300, 300], py=[9000, 50, 9000]), True, ""),  # the page scrolled
        (clicks(UNEVEN[:4], e=range(4), at=[(5000, 5000)] * 4), True, ""),
        (clicks(UNEVEN, at=[(5000, 5000)] * 6), True, ""),  # one element, as small as a pixel
        (clicks([1, 500, 2, 499, 1, 500, 1, 500], k=[0, 1, 0, 1, 0, 1, 0, 1]), True, ""),
        (None, False, ""),
    ],
)
def test_by_behaviour(made: ClickColumns | None, dwelt: bool, reason: str) -> None:
    assert by_behaviour(made, dwelt) == reason
    assert reason in ("", *REASONS)


def test_keyboard_clicks_in_between_do_not_hide_a_robot() -> None:
    made = clicks([100, 400, 500, 500, 500, 500, 500], k=[1, 0, 0, 0, 0, 0, 0])
    assert by_behaviour(clicks([100, 400, 503, 500, 499, 501, 500], k=[1, 0, 0, 0, 0, 0, 0]), True) == "too_regular"
    assert by_behaviour(made, True) == ""  # to the 100 ms: may be a coarse clock


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30))
def test_simulated_people_are_never_robots(seed: int, n: int) -> None:
    """From place to place in the time of Fitts' law (200 ms, 150 ms a doubling of the way), with a fifth of noise."""
    some = random.Random(seed)
    px, py, t = [some.randrange(1366)], [some.randrange(5000)], [some.randrange(5000)]
    for _ in range(n - 1):
        px.append(some.randrange(1366))
        py.append(some.randrange(5000))
        way = abs(px[-1] - px[-2])
        seconds = 0.2 + 0.15 * math.log2(1 + way / 40)
        t.append(60 + max(0, int(1000 * seconds * some.gauss(1, 0.2))))
    e = [some.randrange(12) for _ in t]
    assert by_behaviour(clicks(t, e=e, px=px, py=py), dwelt=True) == ""
