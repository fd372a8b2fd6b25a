"""From evidence to the first thing that stops the views of a site: pure, so that every case can be tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from store.records import Site
from viewer.site_check.page_html import PastedLine
from viewer.site_check.policy import Obstacle, obstacles
from viewer.site_check.reading import PageReading

STEPS = ("answers", "line", "allowed", "view")
LATE_S = 60.0  # a message that is not stored after so long is late: usually it takes five seconds
CLOCK_S = 300.0  # a clock that is so wrong makes the days of visits wrong
LATELY_S = 600.0  # a refusal that is younger tells of a page that was just opened
OPENED_S = 8.0  # after which the script of a page that was opened must have been asked for
CACHED_S = 3600.0  # for which browsers may keep the script (collector/door/script.py)
BLOCKED_WORDS = ("analytic", "stats", "track", "metric", "telemetry", "pixel", "beacon", "counter", "matomo", "piwik")


@dataclass(frozen=True)
class Refused:
    """Messages refused in the last 24 hours for one reason. `last`: s since 1970."""

    count: int
    example: str
    last: float


@dataclass(frozen=True)
class Arrivals:
    """What the collectors counted. None: other processes collect, and this one cannot know.

    `people`, `robots` (by reason): views stored in the last 7 days. `accepted`, `clamped`, `quarantined`: messages
    since the start. `unknown_key`: messages in 24 h, to any site. `last_view`, `last_message`, `script_asked`: s since
    1970, 0 = never.
    """

    last_view: float = 0.0
    quiet: bool = False
    people: int = 0
    robots: Mapping[str, int] = field(default_factory=dict)
    accepted: int | None = 0
    last_message: float = 0.0
    clamped: int = 0
    quarantined: int = 0
    refused: Mapping[str, Refused] = field(default_factory=dict)  # by reason, the most frequent first
    unknown_key: int = 0
    script_asked: float | None = 0.0
    untrusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Browser:
    """What the browser of the person who looks at the check told. `blocked`: it could not load the script itself."""

    opened: float = 0.0  # when they opened the page from here, s since 1970; 0 = not
    blocked: bool = False


@dataclass(frozen=True)
class CheckFinding:
    """The step that fails, or is in progress (`code` "waiting"); `step` "": all is well."""

    step: str
    code: str = ""
    warns: bool = False  # it distorts data, but does not stop them
    line: PastedLine | None = None
    obstacles: tuple[Obstacle, ...] = ()
    host: str = ""  # a domain that is not the site's
    count: int = 0
    seconds: float = 0.0
    names: tuple[str, ...] = ()


ALL_WELL = CheckFinding("")
WAITING = "waiting"
UNREAD = "unread"


def diagnose(
    site: Site, base: str, reading: PageReading | None, arrivals: Arrivals, browser: Browser, now: float
) -> CheckFinding:
    """The first thing that is wrong. `base`: the address of Parcours; `reading`: None if the page was not read yet."""
    if not _arriving(arrivals, now):
        if reading is None:
            return CheckFinding("answers", UNREAD)
        found = _of_page(site, base, reading, arrivals)
        if found is not None:
            return found
    return _of_views(arrivals, now) or _of_clock(reading) or _of_silence(reading, arrivals, browser, now)


def _arriving(arrivals: Arrivals, now: float) -> bool:
    """Whether a page with the line was opened lately: that proves more than what is read here."""
    if arrivals.last_view:
        return not arrivals.quiet
    foreign = arrivals.refused.get("origin")
    return bool(arrivals.accepted) or (foreign is not None and now - foreign.last < LATELY_S)


def _of_page(site: Site, base: str, reading: PageReading, arrivals: Arrivals) -> CheckFinding | None:
    if reading.outcome == "foreign":
        return CheckFinding("answers", "foreign", host=urlsplit(reading.address).netloc)
    if reading.outcome != "read":
        return CheckFinding("answers", reading.outcome, count=reading.status)
    known = {site.key, *(old.key for old in site.old_keys)}
    line = next((one for one in reading.html.lines if one.key in known), None)
    if line is None:
        other = next(iter(reading.html.lines), None)
        if other is not None:
            return CheckFinding("line", "other_key", line=other, count=arrivals.unknown_key)
        if reading.html.tag_manager:
            return None  # what it adds is seen in a browser only
        return CheckFinding("line", "no_line", count=reading.size)
    if line.held:
        return CheckFinding("allowed", "held", line=line)
    if reading.address.startswith("https:") and (line.source or base).startswith("http:"):
        return CheckFinding("allowed", "insecure", line=line)
    found = obstacles(reading.policies, reading.address, line)
    if found:
        return CheckFinding("allowed", "nonce" if found[0].nonce else "policy", line=line, obstacles=found)
    return None


def _of_views(arrivals: Arrivals, now: float) -> CheckFinding | None:
    """What is wrong with messages that arrive."""
    if arrivals.untrusted_proxies:
        return CheckFinding("view", "proxy", warns=True, names=arrivals.untrusted_proxies)
    if arrivals.last_view and not arrivals.people and not arrivals.quiet:
        robots = sum(arrivals.robots.values())
        if robots:
            reasons = sorted(arrivals.robots, key=lambda reason: -arrivals.robots[reason])
            return CheckFinding("view", "robots", warns=True, count=robots, names=tuple(reasons))
        return CheckFinding("view", "own_people", warns=True)
    if not arrivals.last_view and arrivals.quarantined:
        return CheckFinding("view", "quarantined", count=arrivals.quarantined)
    if not arrivals.last_view and arrivals.accepted:
        late = now - arrivals.last_message
        if late > LATE_S:
            return CheckFinding("view", "lag", count=arrivals.accepted, seconds=late)
        return CheckFinding("view", "storing", count=arrivals.accepted)
    if arrivals.accepted and arrivals.clamped == arrivals.accepted:
        return CheckFinding("view", "clamped", warns=True, count=arrivals.clamped)
    return None


def _of_clock(reading: PageReading | None) -> CheckFinding | None:
    if reading is not None and reading.outcome == "read" and abs(reading.clock_ahead_s) > CLOCK_S:
        return CheckFinding("view", "clock", warns=True, seconds=reading.clock_ahead_s)
    return None


def _of_silence(reading: PageReading | None, arrivals: Arrivals, browser: Browser, now: float) -> CheckFinding:
    """Why nothing arrives although the page is right; `ALL_WELL` if it does arrive."""
    if arrivals.last_view and not arrivals.quiet:
        return ALL_WELL
    if "origin" in arrivals.refused:
        refused = arrivals.refused["origin"]
        return CheckFinding("view", "origin", host=foreign_host(refused.example), count=refused.count)
    if arrivals.refused:
        reason = next(iter(arrivals.refused))
        return CheckFinding("view", "refused", count=arrivals.refused[reason].count, names=(reason,))
    line = next(iter(reading.html.lines), None) if reading is not None else None
    if line is not None and line.consent == "wait":
        return CheckFinding("view", "consent", line=line)
    if browser.blocked:
        return CheckFinding("view", "blocked")
    asked = arrivals.script_asked
    waited = browser.opened and now - browser.opened > OPENED_S
    if waited and asked is not None:
        if asked < browser.opened - CACHED_S:
            return CheckFinding("view", "blocked", names=("not asked",))
        return CheckFinding("view", "script_only")
    return CheckFinding("view", WAITING, names=("unknown",) if asked is None else ())


def foreign_host(example: str) -> str:
    """The host of the page in a collector's message about it: `'https://m.shop.example' is not on a domain …`."""
    try:
        return urlsplit(example.partition("'")[2].partition("'")[0]).netloc
    except ValueError:
        return ""


def blocked_words(address: str) -> tuple[str, ...]:
    """Words of the address of the script that filter lists of blockers look for."""
    return tuple(word for word in BLOCKED_WORDS if word in address.lower())
