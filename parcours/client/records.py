"""What the API answers, as typed records. Fields that a newer server adds are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray


class IdentityAnswer(Struct, frozen=True):
    """Whose the token is. `role`: on every site, "" for none; `sites`: on single ones."""

    name: str
    role: str
    sites: dict[str, str]

    @property
    def only_reads(self) -> bool:
        """Whether it may change nothing anywhere."""
        return {self.role, *self.sites.values()} <= {"", "viewer"}


class SiteAnswer(Struct, frozen=True):
    """A site that the token may read."""

    id: str
    name: str
    domains: tuple[str, ...]
    timezone: str


class ShareAnswer(Struct, frozen=True):
    """`visitors` of `of` visitors, with the 95 % interval of the share."""

    visitors: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class NeedAnswer(Struct, frozen=True):
    """An element that needs attention: of `clickers`, those with `dead` clicks, bursts (`rage`), or an error after a
    click (`failed`). `name` is that on a picture, "" without one; the shares have their 95 %
    interval."""

    page: str
    key: str
    name: str
    clickers: int
    dead: int
    rage: int
    failed: int
    dead_share: ShareAnswer | None
    rage_share: ShareAnswer | None
    failed_share: ShareAnswer | None


class ElementAnswer(Struct, frozen=True):
    """An element of a map: `visitors` of `of` clicked it, with the 95 % interval of the share.

    `x` to `h`: its box in px of the picture.
    """

    key: str
    name: str
    path: str
    visitors: int
    of: int
    share: float
    low: float
    high: float
    clicks: int
    dead: int
    rage: int
    x: float
    y: float
    w: float
    h: float


class WarningAnswer(Struct, frozen=True):
    code: str
    message: str


class ScaleAnswer(Struct, frozen=True):
    """`cap` is the value at the top of the colours; `unit` is that of the grid's values."""

    cap: float
    unit: str


class MapAnswer(Struct, frozen=True):
    """The figures of a map without its grid."""

    query: Mapping[str, object]
    visitors: int
    views: int
    account: Mapping[str, object]
    scale: ScaleAnswer
    elements: tuple[ElementAnswer, ...]
    warnings: tuple[WarningAnswer, ...]


@dataclass(frozen=True)
class GridMap:
    """A map with its grid: f32[rows, columns], cells of 4 px of the picture, in `figures.scale.unit`."""

    figures: MapAnswer
    grid: NDArray[np.float32]


class SeenElement(Struct, frozen=True):
    """An element of the picture that was in view."""

    key: str
    name: str


class ReachRecord(Struct, frozen=True):
    """How far down a page was seen: `quartiles` has percent of views → the deepest px that so many saw; `fold`: the
    height of the window in px. `attention_views` of the views measured how long each part was in view."""

    query: Mapping[str, object]
    visitors: int
    views: int
    account: Mapping[str, object]
    fold: float | None
    quartiles: Mapping[str, float | None]
    anchored: int
    depth: tuple[float, ...]
    share: tuple[float | None, ...]
    attention: tuple[float | None, ...]
    attention_views: int
    elements: tuple[SeenElement, ...]
    warnings: tuple[WarningAnswer, ...]


@dataclass(frozen=True)
class PageReach:
    """How far down a page was seen, and how long.

    `depth` f64[K]: px of the picture; `share` f64[K]: of the views, that saw it; `attention` f64[20]: mean seconds in
    view of each twentieth of the picture, empty if no view measured it. What is not known is nan.
    """

    figures: ReachRecord
    depth: NDArray[np.float64]
    share: NDArray[np.float64]
    attention: NDArray[np.float64]


class ComparedAnswer(Struct, frozen=True):
    """An element in two sets: `a` of `na` and `b` of `nb` visitors used it; `diff` = b/nb − a/na, with its interval."""

    name: str
    key: str
    a: int
    na: int
    b: int
    nb: int
    diff: float
    low: float
    high: float
    q: float | None
    verdict: str


class PageComparison(Struct, frozen=True):
    """`level` of the intervals; `differ` of the `tested` elements differ."""

    query: Mapping[str, object]
    verdict: str
    tested: int
    differ: int
    level: float
    rows: tuple[ComparedAnswer, ...]
    warnings: tuple[WarningAnswer, ...]


class StageAnswer(Struct, frozen=True):
    """`went_on` of `closed` visitors came to a later stage; the share with its 95 % interval."""

    key: str
    visitors: int
    went_on: int
    closed: int
    share: float | None
    low: float | None
    high: float | None
    median_ms: float | None


class TouchpointAnswer(Struct, frozen=True):
    """`reach`: share of all visitors of the journey who came here; `frustrated`: of those who came."""

    visitors: int
    reach: float | None
    low: float | None
    high: float | None
    frustrated: float | None
    frustrated_low: float | None
    frustrated_high: float | None
    page: str


class JourneyAnswer(Struct, frozen=True):
    """A journey measured. `touchpoints` by key."""

    query: Mapping[str, object]
    visitors: int
    stages: tuple[StageAnswer, ...]
    touchpoints: Mapping[str, TouchpointAnswer]


class FunnelStepAnswer(Struct, frozen=True):
    """`of_before`, `of_first`: shares of the visitors of the step before and of the first; None on the first step."""

    key: str
    visitors: int
    of_before: ShareAnswer | None
    of_first: ShareAnswer | None


class MeasuredFunnel(Struct, frozen=True):
    query: Mapping[str, object]
    steps: tuple[FunnelStepAnswer, ...]
    whole_median_ms: float | None
