"""The parts of a heatmap page that depend on the kind of map."""

from __future__ import annotations

from dataclasses import dataclass

from store.kinds import LayerName
from viewer.pages.frame.page import Choice
from viewer.pages.map.changed import ChangeNote
from viewer.pages.map.elements import Column, ElementLine
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.legend import Legend
from viewer.pages.map.picture import DrawnPicture


@dataclass(frozen=True)
class Figure:
    """A large number at the top of the panel. `help`: the section that explains it."""

    label: str
    value: str
    help: str


@dataclass(frozen=True)
class DepthLine:
    """A line across the page: how many views came this far. The fold is dashed."""

    at: str  # CSS length from the top
    label: str
    short: str  # the same for narrow screens
    fold: bool = False


@dataclass(frozen=True)
class ReachLayer:
    """The veil over the picture (a CSS gradient) and the curve beside it (points in 100 × 1000)."""

    veil: str
    curve: str
    lines: tuple[DepthLine, ...]
    most: str  # where the curve ends at the right


@dataclass(frozen=True)
class DotGroup:
    """Dots of one colour: what they have in common, how many they are, and their places as an SVG path."""

    label: str
    n: str
    path: str


@dataclass(frozen=True)
class DotLayer:
    """Clicks as dots: `by` are links to colour them by something else; `note` says how many are drawn."""

    groups: tuple[DotGroup, ...]
    by: tuple[Choice, ...]
    note: str


@dataclass(frozen=True)
class Layer:
    """Everything on the page that depends on the kind of map."""

    picture: DrawnPicture
    figures: tuple[Figure, ...]
    elements: tuple[ElementLine, ...]
    by_name: Column  # the first column of the table
    bases: tuple[Choice, ...]  # what the shares may be of
    name: LayerName
    columns: tuple[Column, ...]
    table_note: str
    account: tuple[LedgerRow, ...]
    account_line: str
    unplaced: tuple[tuple[str, str], ...]  # path, number of points
    legend: Legend
    notes: tuple[str, ...]
    reach: ReachLayer | None = None
    changed: ChangeNote | None = None
    is_first: bool = False  # whether an exact answer follows
    dots: DotLayer | None = None
    base_label: str = ""  # of `bases`; "" for "Share of"
    more: Choice | None = None  # another page about the same
