"""The card of a touchpoint as CSV: one row for each figure of each day or week, device, channel, way and element."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.answers.touchpoint import TouchpointCard
from aggregator.measures.journey_figures import TouchpointFigures, WindowShare
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.touchpoint_metrics import (
    SHARES,
    TIMES,
    TROUBLES,
    share_of_metric,
    so_far_of_metric,
    time_of_metric,
)
from viewer.drawing.export import table_csv

COLUMNS = ("part", "name", "until", "metric", "value", "low", "high", "visitors", "of")
Row = list[object]


def touchpoint_csv(card: TouchpointCard) -> bytes:
    """`part`: whole, day or week, device, channel, came_from, went_to, element. A median has no interval; a figure that
    is not known has no row. `forward_so_far`: while no window has closed."""
    return table_csv(COLUMNS, _rows(card))


def _rows(card: TouchpointCard) -> Iterator[Row]:
    yield from _of_part(card, "whole", card.key, "", card.figures)
    for one in card.spans:
        yield from _of_part(card, card.step, one.span.since.isoformat(), one.span.until.isoformat(), one.figures)
    for part, found in (("device", card.devices), ("channel", card.channels)):
        for name, figures in found.items():
            yield from _share(part, name, "", "of_visitors", share_of(figures.visitors, card.visitors))
            yield from _of_part(card, part, name, "", figures)
    for before in card.came_from:
        yield from _share("came_from", before.touchpoint, "", "directly", before.directly)
        yield from _share("came_from", before.touchpoint, "", "ever", before.ever)
    for after in card.went_to:
        yield from _windowed("went_to", after.touchpoint, "directly", after.directly)
        yield from _windowed("went_to", after.touchpoint, "ever", after.ever)
    for element in card.elements:
        name = element.name or f"{element.key:016x}"
        yield ["element", name, "", "clicks", element.clicks, "", "", "", ""]
        for metric, share in (("clicked", element.share), ("dead", element.dead), ("rage", element.rage)):
            yield from _share("element", name, "", metric, share)


def _of_part(card: TouchpointCard, part: str, name: str, until: str, figures: TouchpointFigures) -> Iterator[Row]:
    yield [part, name, until, "visitors", figures.visitors, "", "", "", ""]
    for metric in (*SHARES, *TROUBLES):
        yield from _share(part, name, until, metric, share_of_metric(figures, metric, card.goal))
        yield from _share(part, name, until, f"{metric}_so_far", so_far_of_metric(figures, metric, card.goal))
    for metric in TIMES:
        spread = time_of_metric(figures, metric)
        if spread.median is not None:
            yield [part, name, until, f"{metric}_median_ms", spread.median, "", "", "", spread.n]


def _share(part: str, name: str, until: str, metric: str, share: ShareOf | None) -> Iterator[Row]:
    if share:
        yield [part, name, until, metric, share.share, share.low, share.high, share.visitors, share.of]


def _windowed(part: str, name: str, metric: str, found: WindowShare) -> Iterator[Row]:
    yield from _share(part, name, "", metric, found.share)
    yield from _share(part, name, "", f"{metric}_so_far", found.so_far)
