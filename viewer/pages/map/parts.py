"""Shapes that several pages share: pictures in strips, legends, ledgers, the choice of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from aggregator.shapes.grid import CELL
from viewer.pages.frame import charts
from viewer.pages.frame.languages import MINUS, Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.view import PERIODS, View


@dataclass(frozen=True)
class Strip:
    """A part of a page picture with its heat layer; places are shares of the whole picture, for style attributes."""

    src: str
    height: int  # px of the picture
    top: str
    share: str
    heat: str = ""  # address of the heat layer; "" where there is none
    heat_dark: str = ""


@dataclass(frozen=True)
class Picture:
    """A page picture as it is drawn."""

    width: int
    height: int
    strips: tuple[Strip, ...]

    @property
    def phone(self) -> bool:
        return self.width < 600


@dataclass(frozen=True)
class Tick:
    """A number on a scale; `at` is a CSS length from the left."""

    label: str
    at: str


@dataclass(frozen=True)
class LedgerRow:
    """A line of the account of a map."""

    label: str
    value: str
    share: str = ""
    sum: bool = False
    alarm: bool = False
    of: tuple[tuple[str, str], ...] = ()  # what it is made up of, with their numbers


@dataclass(frozen=True)
class PeriodControl:
    """The choice of days: links for the usual spans, two dates for any other."""

    choices: tuple[Choice, ...]
    current: str
    action: str
    hidden: tuple[tuple[str, str], ...]
    since: str
    until: str
    today: str


def picture_of(
    width: int, heights: Sequence[int], src: Sequence[str], heat: Sequence[str] = (), dark: Sequence[str] = ()
) -> Picture:
    """A picture of strips of `heights` px under one another; `heat` and `dark` are empty or as long."""
    total, top, strips = max(1, sum(heights)), 0, []
    for i, height in enumerate(heights):
        cells = -(-height // CELL) * CELL  # the heat layer ends on a whole cell, a little below the strip
        strips.append(
            Strip(src[i], height, charts.percent(top / total), charts.percent(cells / total),
                  heat[i] if heat else "", dark[i] if dark else "")
        )  # fmt: skip
        top += height
    return Picture(width, total, tuple(strips))


def period_of(view: View, lang: Language, today: date, action: str) -> PeriodControl:
    """The choice of days on a page at `action` whose state is `view`."""
    _ = lang.text
    names = {1: _("Today"), 7: _("Last 7 days"), 28: _("Last 28 days"), 90: _("Last 90 days")}
    choices = tuple(
        Choice(
            names[days],
            address(action, view.query(days=days, since="", until="")),
            not view.chosen_days and view.days == days,
        )
        for days in PERIODS
    )
    since, until = view.period(today)
    current = next((choice.label for choice in choices if choice.on), "")
    if not current:
        current = lang.day(since) if since == until else f"{lang.day(since)} – {lang.day(until)}"
    hidden = tuple(view.fields("since", "until", "days"))
    return PeriodControl(choices, current, action, hidden, since.isoformat(), until.isoformat(), today.isoformat())


def address(path: str, query: Mapping[str, str]) -> str:
    """A path with its query."""
    return path + (f"?{urlencode(query, safe='/:')}" if query else "")


def account_rows(
    lang: Language,
    received: int,
    bots: int,
    excluded: int,
    outside: int,
    not_placed: int,
    drawn: int,
    *,
    views: bool = False,
    elsewhere: Sequence[tuple[str, int]] = (),
    robots: tuple[tuple[str, str], ...] = (),
) -> tuple[LedgerRow, ...]:
    """Received → drawn, with the share of each; a loss of more than a quarter stands out.

    `elsewhere`: label and number of the points of other states of the page, which are no loss.
    `robots`: words and number of each reason for which bots were left out.
    """
    _ = lang.text

    def other(label: str, n: int) -> LedgerRow:
        return LedgerRow(label, MINUS + lang.number(n), lang.share(n / received) if received else "")

    def loss(label: str, n: int, of: tuple[tuple[str, str], ...] = ()) -> LedgerRow:
        share = lang.share(n / received) if received else ""
        alarm = bool(received) and n > received / 4
        return LedgerRow(label, MINUS + lang.number(n) if n else "0", share, alarm=alarm, of=of)

    return (
        LedgerRow(_("Views received") if views else _("Received"), lang.number(received), sum=True),
        loss(_("Bots"), bots, robots),
        loss(_("Excluded visitors"), excluded),
        loss(_("Outside what is chosen"), outside),
        *(other(label, n) for label, n in elsewhere if n),
        loss(_("Views without a scroll") if views else _("Not placed"), not_placed),
        LedgerRow(_("Drawn"), lang.number(drawn), lang.share(drawn / received) if received else "", sum=True),
    )


@dataclass(frozen=True)
class Box:
    """Where an element lies on the picture, as CSS lengths; `z` puts small ones over large ones."""

    left: str
    top: str
    width: str
    height: str
    z: int = 1


def box_of(x: float, y: float, w: float, h: float, width: float, height: float, z: int = 1) -> Box | None:
    """The box of an element in px on a picture of `width` × `height`; None when it lies outside of it."""
    left, top = max(0.0, x), max(0.0, y)
    right, bottom = min(width, x + w), min(height, y + h)
    if right - left < 1 or bottom - top < 1:
        return None
    return Box(
        charts.percent(left / width), charts.percent(top / height),
        charts.percent((right - left) / width), charts.percent((bottom - top) / height), z,
    )  # fmt: skip


@dataclass(frozen=True)
class Empty:
    """A state without data: what is, why, what to do."""

    heading: str
    lines: tuple[str, ...] = ()
    actions: tuple[Choice, ...] = ()  # `on` is the main one
    ledger: tuple[LedgerRow, ...] = ()
    take: tuple[tuple[str, str], ...] | bool = ()  # fields of a form that takes a picture


@dataclass(frozen=True)
class Legend:
    """What the colours say."""

    title: str
    ticks: tuple[Tick, ...]
    log: bool = False
    css: str = ""
