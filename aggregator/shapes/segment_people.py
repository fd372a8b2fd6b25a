"""Who fits a segment: what distinguishes them, and some of their visits."""

from __future__ import annotations

from dataclasses import dataclass

from store.segments import What


@dataclass(frozen=True)
class TraitShare:
    """The visitors with one value of a trait: `these` of those who fit, `everyone` of all, as shares."""

    what: What
    value: str
    these: float
    everyone: float

    @property
    def ratio(self) -> float:
        """How many times more common it is among those who fit."""
        return self.these / self.everyone if self.everyone else 0.0


@dataclass(frozen=True)
class SegmentVisit:
    """One visit. `began`: ms since 1970; `left_at`: its last page; `clicked`: the key of the element clicked most, on
    `clicked_on`, `times` times; 0 times without a click."""

    began: int
    device: str
    country: str
    pages: int
    left_at: str
    clicked: int = 0
    clicked_on: str = ""
    times: int = 0


@dataclass(frozen=True)
class SegmentPeople:
    """`traits`: those that differ most from everyone, the clearest first. `visits`: the latest, newest first."""

    traits: tuple[TraitShare, ...] = ()
    visits: tuple[SegmentVisit, ...] = ()
