"""Rules whose names were looked up: what the tables know instead of goals, page groups and elements of pictures.

They are made for a question (rules/resolved_rules.py) and never stored or read from outside.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from store.page_zones import PageZone
from store.segments import Action, FunnelStop, Rule

PlacedKind = Literal["click", "hover", "event", "view"]


class OnPicture(Struct, frozen=True, kw_only=True):
    """Which points one picture shows on an element or in it.

    Those of the `records` (ids); of the records `likely`, except from pages as wide as the picture and of another
    height; of the records `same_size`, only from pages of its `width` and `height` (px). Points of records that the
    store does not know (not among `known`) are shown by their `keys`.
    """

    records: tuple[int, ...] = ()
    likely: tuple[int, ...] = ()
    same_size: tuple[int, ...] = ()
    keys: tuple[int, ...] = ()
    known: tuple[int, ...] = ()
    width: int = 0
    height: int = 0


class InWindows(Struct, frozen=True, kw_only=True):
    """In which twentieths of the page (a bit each) an element is, in windows of each of these widths (px)."""

    widths: tuple[int, ...] = ()
    bands: tuple[int, ...] = ()


class PlacedElement(Struct, frozen=True, kw_only=True):
    """An element or a zone of a page as the pictures of the page have it: the points of a kind, or where it was in
    view.

    `element`: its key; `zone`: the id of a zone in its place. `is_unjudged`: clicks on the element are dead only while
    it is disabled; `is_editable`: clicks on it are never rage (aggregator/measures/frustration.py). `unjudged`: records
    in a zone that are on such elements.
    """

    page: str
    element: str
    kind: PlacedKind
    zone: str = ""
    pictures: tuple[OnPicture, ...] = ()
    windows: InWindows | None = None
    is_unjudged: bool = False
    is_editable: bool = False
    unjudged: tuple[int, ...] = ()


class StoppedVisitors(Struct, frozen=True, kw_only=True):
    """The visitors at a place in a funnel: a query of their numbers, and its bound values (lists as tuples)."""

    stop: FunnelStop
    sql: str
    values: tuple[tuple[str, Any], ...]


class ResolvedAction(Action, frozen=True, kw_only=True):
    """An action with its pages as lists of patterns (`store.pages.selects`), one of which must select the page."""

    pages: tuple[tuple[str, ...], ...] = ()
    placed: PlacedElement | None = None
    within_days: int = 0  # of the visitor's first view in the period, for a goal
    of_zone: PageZone | None = None  # that `zone` names


class ResolvedRule(Rule, frozen=True, kw_only=True):
    """A rule as ResolvedAction."""

    pages: tuple[tuple[str, ...], ...] = ()
    placed: PlacedElement | None = None
    within_days: int = 0
    of_zone: PageZone | None = None
    stopped: StoppedVisitors | None = None  # whom `funnel` describes


def kind_of(action: Rule | Action) -> PlacedKind:
    """What the action does on an element: the kind of its points, or `view` where the element only was in view."""
    kinds: dict[str, PlacedKind] = {
        "dwelt": "hover",
        "saw": "view",
        "clicked": "click",
        "rage": "click",
        "dead": "click",
    }
    return kinds.get(action.what, "event")
