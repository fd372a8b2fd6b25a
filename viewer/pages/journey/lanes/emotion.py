"""The emotion curve: typed by the team, one piece in each column, so that it keeps to columns of any width."""

from __future__ import annotations

from dataclasses import dataclass

from store.journeys import BEST_MOOD, WORST_MOOD, Lane, Stage
from viewer.pages.frame.charts import percent
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney

MARGIN = 10.0  # % of the height above the best and below the worst mood


@dataclass(frozen=True)
class MoodPoint:
    """The piece of the curve in one column, in a box of 100 × 100. `top`: of the point, for a style attribute; "" for
    a stage without a mood."""

    value: str = ""
    top: str = ""
    path: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True)
class StageMood:
    """What the team typed, and what was measured."""

    typed: MoodPoint
    measured: MoodPoint

    def __bool__(self) -> bool:
        return bool(self.typed or self.measured)


def stage_moods(measured: MeasuredJourney, lane: Lane) -> list[StageMood]:
    """One per open stage."""
    typed = {cell.stage: cell.mood for cell in measured.journey.cells if cell.lane == lane.key and not cell.touchpoint}
    lang, stages = measured.lang, measured.open_stages
    curves = (
        points_of(lang, [typed.get(stage.key) for stage in stages]),
        points_of(lang, [measured_mood(measured, stage) for stage in stages]),
    )
    return [StageMood(one, other) for one, other in zip(*curves, strict=True)]


def measured_mood(measured: MeasuredJourney, stage: Stage) -> float | None:
    """The mood measured at a stage: the mean of its touchpoints, weighted by their visitors; None without one."""
    figures = [measured.touchpoint_figures(touchpoint) for touchpoint in stage.touchpoints]
    known = [(one.mood, one.visitors) for one in figures if one and one.mood is not None]
    visitors = sum(n for _, n in known)
    return sum(mood * n for mood, n in known) / visitors if visitors else None


def points_of(lang: Language, moods: list[float | None]) -> list[MoodPoint]:
    """The pieces of a smooth curve through these moods, in adjacent columns."""
    heights = [None if mood is None else height(mood) for mood in moods]
    points = []
    for i, (mood, y) in enumerate(zip(moods, heights, strict=True)):
        if mood is None or y is None:
            points.append(MoodPoint())
            continue
        before = heights[i - 1] if i else None
        after = heights[i + 1] if i + 1 < len(heights) else None
        points.append(MoodPoint(mood_words(lang, mood), percent(y / 100), _path(before, y, after)))
    return points


def height(mood: float) -> float:
    """Distance from the top in % of the lane's height."""
    return MARGIN + (BEST_MOOD - mood) / (BEST_MOOD - WORST_MOOD) * (100 - 2 * MARGIN)


def mood_words(lang: Language, mood: float) -> str:
    """`+0.8`, `−1.7`."""
    return ("+" if mood > 0 else "") + lang.number(mood, 1)


def _path(before: float | None, y: float, after: float | None) -> str:
    """The halves of the Bézier curves from the point before and to the point after, which meet at the column's edge.

    A curve with horizontal tangents from (−50, a) to (50, b) has the control points (0, a) and (0, b); de Casteljau's
    algorithm at one half gives the point (0, (a + b) / 2) and the control points of each half.
    """
    left = "" if before is None else \
        f"M0 {(before + y) / 2:.1f}C12.5 {(before + 3 * y) / 4:.1f} 25 {y:.1f} 50 {y:.1f}"  # fmt: skip
    right = "" if after is None else \
        f"M50 {y:.1f}C75 {y:.1f} 87.5 {(after + 3 * y) / 4:.1f} 100 {(after + y) / 2:.1f}"  # fmt: skip
    return left + right
