"""Where the visitors of a touchpoint come from and go to, what they clicked, and by device and channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.answers.touchpoint import FlowAfter, UsedElement
from aggregator.measures.journey_figures import TouchpointFigures, WindowShare
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.statistics import FEW
from aggregator.measures.touchpoint_metrics import CardMetric
from aggregator.shapes.touchpoint_parts import UNKNOWN
from viewer.pages.frame.charts import percent
from viewer.pages.frame.languages import Language
from viewer.pages.journey.touchpoint.metric_rows import CardFigure, figure_of
from viewer.pages.journey.touchpoint.shown import ShownTouchpoint
from viewer.pages.map.controls import device_name
from viewer.pages.sentences.names import channel_name

NAMED = 8  # touchpoints that are listed; the shares of the others are of the same visitors, so they cannot be added up
DEAD_LEAST, RAGE_LEAST = (
    0.30,
    0.05,
)  # of an element's clickers: as aggregator/answers/troubles.py
SPLIT: tuple[CardMetric, ...] = ("forward", "goal", "exits", "frustrated")


@dataclass(frozen=True)
class ShareCell:
    """A share with its interval; "few" in `value` without it where it rests on too few, "" where nothing is known."""

    value: str = ""
    interval: str = ""
    bad: bool = False


@dataclass(frozen=True)
class FlowRow:
    """`href`: the card of that touchpoint; "" for none at all. `width`: of the bar of the direct share."""

    name: str
    href: str
    directly: ShareCell
    ever: ShareCell
    width: str


@dataclass(frozen=True)
class FlowTable:
    """`of`: the visitors that the shares are of, in words. `so_far`: no window has closed yet."""

    rows: tuple[FlowRow, ...]
    of: str
    so_far: bool = False


@dataclass(frozen=True)
class UsedElementLine:
    name: str
    share: ShareCell
    clicks: str
    dead: ShareCell
    rage: ShareCell


@dataclass(frozen=True)
class PartRow:
    """The visitors of a device or channel: their share of all who were here, and the figures of SPLIT."""

    name: str
    visitors: str
    share: ShareCell
    cells: tuple[ShareCell, ...]


def cell(lang: Language, share: ShareOf | None, bad: bool = False) -> ShareCell:
    if share is None:
        return ShareCell()
    if share.of < FEW:
        return ShareCell(lang.text("few"))
    return ShareCell(lang.share(share.share), lang.between(share.low, share.high), bad)


def came_from(shown: ShownTouchpoint) -> FlowTable:
    rows = shown.card.came_from
    of = rows[0].directly.of if rows and rows[0].directly else 0
    named = [one for one in rows if one.touchpoint][:NAMED] + [one for one in rows if not one.touchpoint]
    nothing = shown.lang.text("Nothing before: their first contact")
    made = (_flow(shown, one.touchpoint, nothing, one.directly, one.ever) for one in named)
    return FlowTable(tuple(made), _of(shown, of))


def went_to(shown: ShownTouchpoint) -> FlowTable:
    rows = shown.card.went_to
    so_far = bool(rows) and rows[0].directly.share is None
    known = _known(rows[0].directly) if rows else None
    named = [one for one in rows if one.touchpoint][:NAMED] + [one for one in rows if not one.touchpoint]
    return FlowTable(tuple(_after(shown, one) for one in named), _of(shown, known.of if known else 0), so_far)


def _of(shown: ShownTouchpoint, visitors: int) -> str:
    return shown.lang.plural("of %(num)s visitor", "of %(num)s visitors", visitors)


def _after(shown: ShownTouchpoint, one: FlowAfter) -> FlowRow:
    nothing = shown.lang.text("No touchpoint after it")
    return _flow(shown, one.touchpoint, nothing, _known(one.directly), _known(one.ever))


def _known(found: WindowShare) -> ShareOf | None:
    return found.share or found.so_far


def _flow(shown: ShownTouchpoint, key: str, nothing: str, directly: ShareOf | None, ever: ShareOf | None) -> FlowRow:
    lang, measured = shown.lang, shown.measured
    query = measured.asked.question.query()
    return FlowRow(
        name=shown.name_of(key) if key else nothing,
        href=measured.urls.touchpoint(measured.site, measured.journey.id, key, **query) if key else "",
        directly=cell(lang, directly),
        ever=cell(lang, ever) if key else ShareCell(),
        width=percent(directly.share if directly else 0.0),
    )


def element_lines(shown: ShownTouchpoint) -> tuple[UsedElementLine, ...]:
    return tuple(_element(shown.lang, one) for one in shown.card.elements)


def _element(lang: Language, one: UsedElement) -> UsedElementLine:
    return UsedElementLine(
        name=one.name or lang.text("An element without a name"),
        share=cell(lang, one.share),
        clicks=lang.number(one.clicks),
        dead=cell(lang, one.dead, one.dead is not None and one.dead.share >= DEAD_LEAST),
        rage=cell(lang, one.rage, one.rage is not None and one.rage.share >= RAGE_LEAST),
    )


def device_rows(shown: ShownTouchpoint) -> tuple[PartRow, ...]:
    return tuple(_part(shown, key, device_name, figures) for key, figures in shown.card.devices.items())


def channel_rows(shown: ShownTouchpoint) -> tuple[PartRow, ...]:
    return tuple(_part(shown, key, channel_name, figures) for key, figures in shown.card.channels.items())


def _part(
    shown: ShownTouchpoint, key: str, name: Callable[[Language, str], str], figures: TouchpointFigures
) -> PartRow:
    lang = shown.lang
    return PartRow(
        name=lang.text("Not known") if key == UNKNOWN else name(lang, key),
        visitors=lang.number(figures.visitors),
        share=cell(lang, share_of(figures.visitors, shown.card.figures.visitors)),
        cells=tuple(_figure(lang, figure_of(figures, metric, shown.card.goal)) for metric in SPLIT),
    )


def _figure(lang: Language, found: CardFigure | None) -> ShareCell:
    if found is None:
        return ShareCell()
    if found.figure.n < FEW:
        return ShareCell(lang.text("few"))
    return ShareCell(lang.share(found.figure.value), lang.between(found.figure.low, found.figure.high))
