"""Simulated visitors: device, language, traffic source and time of the visit."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cache
from random import Random

DAY = 86_400_000  # ms
DAYS = 84  # within which visitors come for the first time

# By viewport width, CSS px: share of visitors, viewport heights, user agents.
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{s}"
_WIDTHS = {
    1366: (
        0.65,
        (625, 641, 657, 768),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36",
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36 Edg/{{v}}.0.0.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0",
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_CHROME} Safari/537.36",
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Safari/605.1.15",
            f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Safari/537.36",
        ),
    ),
    390: (
        0.27,
        (664, 744, 760, 844),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1",
            f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36",
            f"Mozilla/5.0 (Linux; Android 15; SM-S921B) SamsungBrowser/28.0 {_CHROME} Mobile Safari/537.36",
        ),
    ),
    768: (
        0.08,
        (954, 1024),
        (
            f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1",
            f"Mozilla/5.0 (Linux; Android 14; SM-X210) {_CHROME} Safari/537.36",
        ),
    ),
}
# referrer, query of the first address, weight, landing pages with their weights
_HOME: dict[str, float] = {"/": 6, "/table-lamps": 4}
_SOURCES: tuple[tuple[str, str, float, dict[str, float]], ...] = (
    ("", "", 0.27, {"/": 8, "/table-lamps": 1, "/basket": 0.6}),
    ("https://www.google.com/", "", 0.33, {"/": 4, "/table-lamps": 3, "/table-lamps/luciole": 3, "/journal": 2}),
    ("https://duckduckgo.com/", "", 0.04, _HOME),
    ("https://www.instagram.com/", "", 0.13, {"/": 3, "/table-lamps/luciole": 5, "/table-lamps/galet": 2}),
    ("https://www.pinterest.com/", "", 0.05, {"/table-lamps/galet": 3, "/journal": 3, "/table-lamps": 2}),
    ("", "utm_source=letter&utm_medium=email&utm_campaign=november", 0.09, {"/journal": 6, "/table-lamps/luciole": 3}),
    (
        "https://www.google.com/",
        "utm_source=google&utm_medium=cpc&utm_campaign=lamps",
        0.06,
        {"/table-lamps": 6, "/": 2},
    ),
    (
        "https://chatgpt.com/",
        "utm_source=chatgpt.com",
        0.06,
        {"/table-lamps/luciole": 5, "/table-lamps/galet": 2, "/table-lamps": 2},
    ),
    ("https://slow-rooms.example/", "", 0.03, {"/journal": 4, "/": 1}),
)
_LANGUAGES: dict[str, float] = {"fr-FR": 46, "en-GB": 14, "de-DE": 12, "fr-BE": 9, "en-US": 8, "it-IT": 6, "es-ES": 5}
_HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 12, 14, 14, 11, 10, 11, 13, 15, 19, 23, 24, 16, 7)  # UTC
_WEEKDAYS = (10, 9, 9, 10, 11, 14, 16)  # Monday first


@dataclass(frozen=True)
class Visitor:
    """`id` is that of a customer whom the shop identified, with consent: the shop's files have the same."""

    id: str
    width: int
    height: int
    user_agent: str
    address: str  # in 198.18.0.0/15, reserved for benchmarks (RFC 2544): no real visitor has one
    language: str
    variant: str  # of the experiment
    referrer: str
    query: str
    entry: str  # path of the first page
    came: int  # ms since 1970
    touch: bool = field(default=False)


def letters(random: Random) -> str:
    """24 letters, such as the ids that browsers make, but the same for the same seed."""
    return urlsafe_b64encode(random.randbytes(18)).decode()


def _pick(random: Random, weights: dict[str, float]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


def visitor(random: Random, now: int, variant: str) -> Visitor:
    """A visitor who came within the DAYS before `now` (ms since 1970)."""
    width = random.choices(list(_WIDTHS), [share for share, *_ in _WIDTHS.values()])[0]
    _, heights, agents = _WIDTHS[width]
    agent = random.choice(agents).format(v=random.randint(128, 139), s=random.choice(("17.6", "18.3", "18.5")))
    referrer, query, _, entries = random.choices(_SOURCES, [weight for _, _, weight, _ in _SOURCES])[0]
    return Visitor(
        id=f"@{letters(random)}",
        width=width,
        height=random.choice(heights),
        user_agent=agent,
        address=f"198.{random.randint(18, 19)}.{random.randint(0, 255)}.{random.randint(1, 254)}",
        language=_pick(random, _LANGUAGES),
        variant=variant,
        referrer=referrer,
        query=query,
        entry=_pick(random, entries),
        came=_moment(random, now),
        touch=width < 1000,
    )


def _moment(random: Random, now: int) -> int:
    """More often in the evening and on Sundays; every week has slightly more visits than the previous one.

    Takes the same numbers from `random` whatever the day is, so that the same seed has the same visitors.
    """
    today = now // DAY * DAY
    back = random.choices(range(DAYS), _days(today // DAY % 7))[0]
    hour = random.choices(range(24), _HOURS)[0]
    moment = today - back * DAY + int((hour + random.random()) * 3_600_000)
    return moment if moment < now - 1_800_000 else moment - DAY


@cache
def _days(today: int) -> list[int]:
    """How likely a visit is so many days ago; `today`: days since 1970, modulo 7."""
    # 1 January 1970 was a Thursday
    return [(3 * DAYS - back) * _WEEKDAYS[(today - back + 3) % 7] for back in range(DAYS)]
