"""What is asked: pages, kind, period, segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from store.devices import DEVICES, Device
from store.kinds import MAP_KINDS, MapKind
from store.segments import Group, Rule
from store.zones import UTC_ZONE, Zone


class BadScope(ValueError):
    """The question cannot be asked; the message says what to change."""


@dataclass(frozen=True)
class ChosenRows:
    """Tables with the rows of one scope, each selected once (aggregator/queries/chosen_rows.py); "" for those that are
    not selected. `views`: those of its segment; `points` and `scrolls`: those that its device, variant and segment
    select. On a cluster `views` may be a query in brackets, with its bound `values`."""

    views: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    points: str = ""
    scrolls: str = ""


@dataclass(frozen=True)
class KeptRows:
    """Tables with the rows of one visitor in ten on some pages (aggregator/queries/kept_rows.py), which are dropped
    when nothing refers to this any more."""

    points: str
    scrolls: str
    views: str


@dataclass(frozen=True)
class Scope:
    """One question about pages. `until` is inclusive; `device` empty = all; `variant` = (experiment id, variant key).
    `zone`: that of the days. `segment`: the rules that a view must meet to count; None for all. `tenth`: whether only
    one visitor in ten is asked about.

    `chosen`: the tables that have its rows already; nothing that outlives them may keep the scope. `kept`: those that
    have the rows of one visitor in ten.

    `pages` are canonical pages, or patterns (`store.pages.matches`) that are resolved to pages when the question is
    asked, so that a changed rule changes the past too.
    """

    site: int
    pages: tuple[str, ...]
    kind: MapKind
    since: date
    until: date
    variant: tuple[str, str] | None = None
    device: Device | Literal[""] = ""
    bots: bool = False
    zone: Zone = UTC_ZONE
    segment: Group | None = None
    tenth: bool = False
    chosen: ChosenRows = ChosenRows()
    kept: KeptRows | None = None

    def __post_init__(self) -> None:
        if not self.pages:
            raise BadScope("A map needs at least one page or pattern.")
        if self.until < self.since:
            raise BadScope(f"The period ends ({self.until}) before it begins ({self.since}): swap the days.")
        if self.kind not in MAP_KINDS:
            raise BadScope(f"There is no kind {self.kind!r}: ask for {_one_of(MAP_KINDS)}.")
        if self.device not in ("", *DEVICES):
            raise BadScope(f"There is no device {self.device!r}: ask for {_one_of(DEVICES)}, or leave it out.")

    @property
    def days(self) -> int:
        """Days in the period, both ends counted."""
        return (self.until - self.since).days + 1


@dataclass(frozen=True)
class SiteScope:
    """One question about all pages of a site: people with views in since…until (inclusive); `device` '' = all.
    `zone`: that of the days; `segment`, `tenth` and the views of `chosen` as in Scope."""

    site: int
    since: date
    until: date
    device: str = ""
    zone: Zone = UTC_ZONE
    segment: Group | None = None
    tenth: bool = False
    chosen: ChosenRows = ChosenRows()


def site_scope(scope: Scope) -> SiteScope:
    """The same question about the whole site; a variant becomes a rule of the segment."""
    segment = scope.segment
    if scope.variant:
        shown = Rule(what="variant", scope="view", values=(":".join(scope.variant),))
        segment = Group(rules=(shown,), groups=(segment,) if segment else ())
    return SiteScope(scope.site, scope.since, scope.until, scope.device, scope.zone, segment)


def _one_of(choices: Sequence[str]) -> str:
    """
    >>> _one_of(["click", "hover", "scroll"])
    'click, hover or scroll'
    """
    return " or ".join((", ".join(choices[:-1]), choices[-1]))
