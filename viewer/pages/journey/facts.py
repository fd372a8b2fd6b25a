"""The figures of a map as words: each with the interval and the numbers that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aggregator.answers.journey import StageRow, TouchpointRow
from aggregator.measures.statistics import FEW
from aggregator.measures.targets import MetricShare
from store.journeys import Metric
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.map.outliers import stands_out

ALARM_LEAST = 50  # visitors; below, no frustrated share is marked


@dataclass(frozen=True)
class MapFact:
    """`detail`: interval and numbers, shown on demand. `bad`: the figure that raises the alarm. `metric`: its name in
    comparisons. `before`: the figure of the period before, with the difference."""

    label: str
    value: str
    detail: str = ""
    bad: bool = False
    metric: Metric | Literal["visitors", ""] = ""
    before: str = ""


def metric_share(row: TouchpointRow, metric: Metric, everyone: int) -> MetricShare | None:
    """The figure that a target of this metric is held against; None if it is not measured, or only of a few."""
    if row.few:
        return None
    match metric:
        case "reach":
            return MetricShare(row.reach, row.low, row.high, everyone)
        case "forward" if row.forward is not None and row.closed >= FEW:
            return MetricShare(row.forward, row.forward_low or 0.0, row.forward_high or 0.0, row.closed)
        case "exits" if row.exits is not None and row.visits >= FEW:
            return MetricShare(row.exits, row.exits_low or 0.0, row.exits_high or 0.0, row.visits)
        case "frustrated" if row.frustrated is not None:
            return MetricShare(row.frustrated, row.frustrated_low or 0.0, row.frustrated_high or 0.0, row.visitors)
        case _:
            return None


def worst_touchpoint(measured: MeasuredJourney) -> str:
    """Key of the touchpoint whose frustrated share raises the alarm: the highest that stands out; "" if none does. If
    the map is compared with the period before, that decides instead."""
    if measured.changes is not None:
        return ""
    rows = measured.figures.touchpoints
    bad = {key: row.frustrated or 0.0 for key, row in rows.items() if _stands_out(measured, row)}
    return max(bad, key=lambda key: bad[key], default="")


def _stands_out(measured: MeasuredJourney, row: TouchpointRow) -> bool:
    if row.few or row.frustrated is None or row.visitors < ALARM_LEAST:
        return False
    return stands_out(row.frustrated, measured.usual)


def touchpoint_facts(measured: MeasuredJourney, row: TouchpointRow, *, bad: bool, at_end: bool) -> list[MapFact]:
    """The figures of a touchpoint; shares only if it has enough visitors. `at_end`: leaving here is no loss."""
    lang, everyone = measured.lang, measured.figures.visitors
    _ = lang.text
    facts = [
        MapFact(_("Visitors"), lang.number(row.visitors), metric="visitors"),
        MapFact(_("Reached by"), lang.share(row.reach), _of_visitors(lang, MetricShare(row.reach, row.low, row.high,
                                                                                    everyone)), metric="reach"),
    ]  # fmt: skip
    if row.few:
        return [*facts, MapFact(_("Shares"), _("few visitors"))]
    if row.forward is not None and row.closed >= FEW and not at_end:
        detail = going_on(lang, (row.forward_low, row.forward_high), row)
        facts.append(MapFact(_("Go on"), lang.share(row.forward), detail, metric="forward"))
    if frustrated := metric_share(row, "frustrated", everyone):
        facts.append(
            MapFact(_("Frustrated"), lang.share(frustrated.value), _of_visitors(lang, frustrated), bad, "frustrated")
        )
    if not at_end and (exits := metric_share(row, "exits", everyone)):
        of = lang.plural("of %(num)s visit", "of %(num)s visits", exits.n)
        between = lang.between(exits.low, exits.high)
        facts.append(MapFact(_("Visits ending"), lang.share(exits.value), f"{between}, {of}", metric="exits"))
    return facts


def _of_visitors(lang: Language, share: MetricShare) -> str:
    of = lang.plural("of %(num)s visitor", "of %(num)s visitors", share.n)
    return f"{lang.between(share.low, share.high)}, {of}"


def going_on(lang: Language, interval: tuple[float | None, float | None], row: StageRow | TouchpointRow) -> str:
    """What a go-on share rests on: its interval, its numbers, and how many may still go on."""
    low, high = interval
    words = lang.text(
        "%(interval)s, %(n)s of %(all)s visitors",
        interval=lang.between(low or 0.0, high or 0.0),
        n=lang.number(row.went_on),
        all=lang.number(row.closed),
    )
    if not row.left_out:
        return words
    return words + lang.text(", %(n)s more may still go on", n=lang.number(row.left_out))
