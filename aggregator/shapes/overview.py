"""The visits of a site in totals: in all, by day, and by what the visitors came with, saw and used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

# What visits are split by: a fact about the first view of a visit, its first or last page, each page seen in it, or
# whether it is the first of its visitor (`visitor`: new or returning).
Split = Literal[
    "channel", "source", "medium", "campaign", "referrer", "saw", "landing", "exit", "device", "browser", "os",
    "country", "language", "visitor",
]  # fmt: skip
SPLITS: tuple[Split, ...] = get_args(Split)


@dataclass(frozen=True)
class VisitTotals:
    """The visits of some visitors in totals.

    `bounced`: visits of one view without a click, engaged for less than 10 s. The sums of squares and products are over
    visitors, for the spread of what is counted by visit: visitors are independent of each other, their visits are not.
    `engaged_ms`: the median of the visits, with its 95 % interval; 0 where it was not asked for. `reached`: how many
    visitors reached each of the goals asked for, from the first of these visits on; of a day, on that day.
    """

    visitors: int = 0
    visits: int = 0
    views: int = 0
    bounced: int = 0
    visits_squared: int = 0
    views_squared: int = 0
    bounced_squared: int = 0
    bounced_by_visits: int = 0
    engaged_ms: float = 0.0
    engaged_low: float = 0.0
    engaged_high: float = 0.0
    reached: tuple[int, ...] = ()


@dataclass(frozen=True)
class SplitTotals:
    """The visits with one value of a split. `values`: how many values the split has in all."""

    by: Split
    value: str
    totals: VisitTotals
    values: int


@dataclass(frozen=True)
class ListedValues:
    """Which values are read of each of the `splits`: the `most` with most visitors, and up to `whole_most` of the split
    `whole`; or those in `only` ((split, value) pairs)."""

    most: int = 9
    whole: Split | Literal[""] = ""
    whole_most: int = 500
    only: tuple[tuple[Split, str], ...] | None = None
    splits: tuple[Split, ...] = SPLITS


@dataclass(frozen=True)
class SiteVisits:
    """`days`: of the days with visits, by the day in ISO form on which a visit began."""

    totals: VisitTotals
    days: dict[str, VisitTotals]
    splits: tuple[SplitTotals, ...]


@dataclass(frozen=True)
class VisitorAccount:
    """received = bots + excluded + outside + counted. Each visitor counts once, in the last of these that fits.

    `outside`: people of whom no view meets the filters and the segment.
    """

    received: int
    bots: int
    excluded: int
    outside: int
    counted: int
