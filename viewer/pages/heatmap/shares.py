"""What the shares of a map are of, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.map_figures import HeatmapFigures
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.look import Base


@dataclass(frozen=True)
class Shares:
    """The shares of one map. `base`: "" those who had it in view, "mouse" those who have a mouse, "all" all visitors of
    the page, "clicks" all clicks drawn."""

    base: str
    clicks: int

    def of(self, row: ElementRow) -> ShareOf | None:
        """An element's share of the base; None if it has none. A share of clicks has no interval."""
        if self.base == "all":
            return ShareOf(row.visitors, row.of, row.share, row.low, row.high)
        if self.base == "clicks":
            share = row.clicks / self.clicks if self.clicks else 0.0
            return ShareOf(row.clicks, self.clicks, share, share, share)
        return row.with_mouse if self.base == "mouse" else row.in_view


def shares_of(figures: HeatmapFigures, base: Base) -> Shares:
    """The shares that a reader chose, or all visitors where nobody measured what was in view."""
    usual = "mouse" if figures.mouse_visitors is not None else "" if figures.measured_visitors else "all"
    clicks = sum(row.clicks for row in figures.elements)
    return Shares("all" if base == "clicks" and not clicks else base or usual, clicks)


def base_words(lang: Language, base: str) -> str:
    """What shares are of, as the end of "share of …"."""
    _ = lang.text
    return {
        "": _("those who had it in view"),
        "mouse": _("visitors with a mouse"),
        "all": _("all visitors of the page"),
        "clicks": _("clicks on elements"),
    }[base]


def share_words(lang: Language, share: ShareOf | None) -> str:
    """`46.1%`, or `few` of fewer than 20."""
    if share is None or share.of < FEW:
        return lang.text("few")
    return lang.share(share.share)


def interval_words(lang: Language, share: ShareOf | None) -> str:
    """`43.2–49.0`; nothing where the share is not written."""
    return "" if share is None or share.of < FEW or share.low == share.high else lang.between(share.low, share.high)


def with_interval(lang: Language, share: ShareOf | None) -> str:
    """`46.1% (43.2–49.0)`"""
    interval = interval_words(lang, share)
    return share_words(lang, share) + (f" ({interval})" if interval else "")


def part_words(lang: Language, part: float, of: int) -> str:
    """The share of an element's users, or `few` of fewer than 20."""
    return lang.share(part, 0) if of >= FEW else lang.text("few")


def visitors_words(lang: Language, n: int) -> str:
    """`1 visitor`, `2 visitors`."""
    return lang.plural("%(num)s visitor", "%(num)s visitors", n)
