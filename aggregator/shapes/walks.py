"""The ways of consenting visitors through a journey, and what one of them did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ALIKE = 20  # visitors who went the same way; a way with fewer is never shown
Outcome = Literal["", "reached", "missed"]  # everyone, who reached the goal of the journey, who did not


@dataclass(frozen=True)
class Example:
    """The visitor whose visits stand for a way, and ms of the first touch. It never leaves the server."""

    visitor: int
    begin: int


@dataclass(frozen=True)
class OfferedWay:
    """Touchpoints by number in the order in which `visitors` touched them, repeats merged. `example`: the one of them
    whose way took the median time."""

    touchpoints: tuple[int, ...]
    visitors: int
    example: Example = field(repr=False)


@dataclass(frozen=True)
class Ways:
    """`visitors` who consented and touched a touchpoint went so many `different` ways. `offered`: those of at least
    ALIKE visitors; ways of one touchpoint come last, else the most frequent ones first."""

    visitors: int
    different: int
    offered: tuple[OfferedWay, ...]


@dataclass(frozen=True)
class AtTouchpoint:
    """Visitors whose ways pass through a touchpoint: how many, the median of their engagement there (of `engaged_of`
    whose views were selected), and how many `pressed` an element there."""

    visitors: int = 0
    engaged_ms: float | None = None
    engaged_of: int = 0
    pressed: int = 0


@dataclass(frozen=True)
class Usual:
    """The shown visitor at a touchpoint among all who consented: those whose way `left` off there, and those who
    `went_on` to another touchpoint. `element`: the path of the one that the visitor pressed, "" without any; `name`:
    its name on the picture. `engaged_ms`: of the visitor; None if no view there was selected."""

    left: AtTouchpoint
    went_on: AtTouchpoint
    engaged_ms: float | None
    has_left: bool
    element: str = ""
    name: str = ""


@dataclass(frozen=True)
class VisitorTouch:
    """A touch of one visitor: `view` and `page` are 0 and '' for a contact that is no view; `touchpoint` 0: none.
    `coarse`: only its day is known, and `ms` is noon."""

    ms: int
    view: int
    page: str
    touchpoint: int
    coarse: bool = False


@dataclass(frozen=True)
class WalkedView:
    """What is known of a view as a whole. `depth`: the share of the page that came into view, None if unknown."""

    engaged_ms: int
    device: str
    channel: str
    depth: float | None = None


@dataclass(frozen=True)
class ViewEvent:
    """A field that was used, a submit, an error or a custom event in a view. `name`: of a custom event. `record`: of
    the element, 0 without."""

    ms: int
    view: int
    kind: str
    record: int
    name: str
