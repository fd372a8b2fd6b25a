"""Views of other products' exports, put together from rows that arrive in any order and more than once.

A row says what happened in a view at one moment. The rows of a view may be in several files; files overlap, and the
newest may come first. So what is stored of a view depends on the set of its rows only: a click is known by its view,
time and position, and the view's context is that of its earliest row.

Two rows that report the same click of the same visitor at the same place, in the same millisecond, report one click.

This module decides what to write; collector/backend/stored_views.py reads and erases.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import accumulate, pairwise
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from collector import wire
from collector.enrich.enrichment import Enrichment


class Click(NamedTuple):
    """What a click of a view is known by."""

    time: int  # ms since 1970
    x: int  # px of the page
    y: int
    viewport_w: int
    visitor: int


_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class Opening:
    """How a view begins: its earliest row decides the context of its row in `views` and `touches`."""

    begins: int  # ms since 1970
    x: Enrichment
    context: wire.ViewContext

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.begins / 1000, UTC).date()

    @property
    def touch(self) -> tuple[object, ...]:
        """The fields of its row in `touches` by which that row can be told from one of another opening."""
        return self.begins, int(self.x.visitor), self.x.device, self.x.channel

    def rank(self) -> tuple[int, int, bytes]:
        """The smallest opens the view. Of rows of one moment, one that knows the height of the page comes first."""
        return self.begins, -self.context.ph, _encoder.encode((self.x, self.context))


@dataclass(frozen=True)
class ViewRow:
    """What one row of an export says of a view: a batch whose `sent` is the time of the row."""

    x: Enrichment
    batch: wire.Batch

    @property
    def key(self) -> tuple[int, str, str]:
        return self.x.site, self.batch.view, self.x.page

    @property
    def clicks(self) -> list[Click]:
        clicks = self.batch.click
        if clicks is None:
            return []
        times = accumulate(clicks.t, initial=self.batch.t0)
        next(times)  # the beginning itself
        width, visitor = self.batch.ctx.vw, int(self.x.visitor)
        return [Click(*at, width, visitor) for at in zip(times, clicks.px, clicks.py, strict=True)]

    def opening(self) -> Opening:
        at = min([self.batch.sent, *(click.time for click in self.clicks[:1])])
        context = replace(self.batch.ctx, url=f"https://{self.x.page}", ref="", id="", auto=False)
        return Opening(at, self.x, context)


@dataclass
class StoredView:
    """What is stored of a view."""

    opening: Opening
    last: int  # number of the last batch
    totals: wire.ViewTotals
    clicks: Counter[Click] = field(default_factory=Counter)
    touches: list[tuple[object, ...]] = field(default_factory=list)  # `Opening.touch` of its rows in `touches`
    days: list[date] = field(default_factory=list)  # of its rows in `views`

    @property
    def has_stale_rows(self) -> bool:
        """Whether rows are left of an opening that an earlier one replaced."""
        return any(touch != self.opening.touch for touch in self.touches) or any(
            day != self.opening.day for day in self.days
        )


@dataclass
class MergedView:
    """The outcome of a merge."""

    opening: Opening
    batches: list[tuple[Enrichment, wire.Batch]]  # to be stored, in order
    new: list[bool]  # for each row, whether it said something that was not stored
    late: list[tuple[int, ViewRow]]  # number of a row more than a day after the view began, and it as one of its own
    stale: bool  # whether rows of another opening have to be erased once the batches are durable


def merge(stored: StoredView | None, rows: Sequence[ViewRow]) -> MergedView:
    """What the rows of one view add to what is stored of it."""
    ordered = sorted(range(len(rows)), key=lambda n: rows[n].opening().rank())
    first = rows[ordered[0]].opening()
    opening = first if stored is None else min(stored.opening, first, key=Opening.rank)
    clicks = Counter(stored.clicks) if stored else Counter[Click]()
    totals = stored.totals if stored else wire.ViewTotals()
    new, late, added = [stored is None] * len(rows), list[tuple[int, ViewRow]](), list[tuple[ViewRow, list[int]]]()
    for n in ordered:
        row = rows[n]
        if row.opening().begins - opening.begins > wire.MAX_SPAN:
            late.append((n, _of_its_own(row, opening)))
            new[n] = False
            continue
        places = _missing(row, clicks)
        if places:
            added.append((row, places))
        larger = fuller(totals, row.batch.sum)
        new[n] |= bool(places) or larger != totals
        totals = larger
    new[ordered[0]] |= stored is not None and opening != stored.opening
    totals = replace(totals, clicks=sum(clicks.values()))
    if not any(new):
        return MergedView(opening, [], new, late, bool(stored and stored.has_stale_rows))
    stale = stored is not None and (stored.has_stale_rows or opening.touch != stored.opening.touch)
    return MergedView(opening, _batches(stored, opening, totals, added, rows[0].batch.view), new, late, stale)


def _missing(row: ViewRow, clicks: Counter[Click]) -> list[int]:
    """The places of the row's clicks that are not among `clicks` yet; adds them there.

    A row may hold equal clicks. They are as many as the row that has most of them says.
    """
    seen, places = Counter[Click](), []
    for place, click in enumerate(row.clicks):
        seen[click] += 1
        if seen[click] > clicks[click]:
            clicks[click] += 1
            places.append(place)
    return places


def fuller(totals: wire.ViewTotals, other: wire.ViewTotals) -> wire.ViewTotals:
    """The larger of each total except that of the clicks, which are counted."""
    return replace(
        totals,
        ms=max(totals.ms, other.ms),
        cut=max(totals.cut, other.cut),
        fake=max(totals.fake, other.fake),
        err=max(totals.err, other.err),
    )


def _of_its_own(row: ViewRow, opening: Opening) -> ViewRow:
    """The row as one of another view, named after the view and the days since it began: a batch spans a day at most."""
    days = (row.opening().begins - opening.begins) // wire.MAX_SPAN
    digest = hashlib.blake2b(f"{row.batch.view} {days}".encode(), digest_size=18, person=b"late").digest()
    return ViewRow(row.x, replace(row.batch, view=base64.urlsafe_b64encode(digest).decode()))


def _batches(
    stored: StoredView | None,
    opening: Opening,
    totals: wire.ViewTotals,
    added: Iterable[tuple[ViewRow, list[int]]],
    view: str,
) -> list[tuple[Enrichment, wire.Batch]]:
    """The batches to write. Batch 0 makes the row of `touches`; the last one makes the row of `views` that counts."""
    last = stored.last if stored else -1
    made: list[tuple[Enrichment, wire.Batch]] = []

    def add(seq: int, source: Opening, sent: int, clicks: wire.ClickColumns | None, el: wire.Elements | None) -> None:
        batch = wire.Batch(wire.VERSION, view, seq, sent, opening.begins, source.context, totals, el=el, click=clicks)
        made.append((source.x, batch))

    if stored is None or opening.touch != stored.opening.touch:
        add(0, opening, opening.begins, None, None)
        last = max(last, 0)
    for row, places in added:
        last += 1
        own, times = row.opening(), [row.clicks[place].time for place in places]
        assert row.batch.click is not None
        deltas = [after - before for before, after in pairwise([opening.begins, *times])]
        columns = replace(_at(row.batch.click, places), t=deltas)
        add(last, own, times[-1], columns, row.batch.el)
    if stored is None and not added:
        return made
    if not added or made[-1][0] != opening.x or made[-1][1].ctx != opening.context:
        add(last + 1, opening, opening.begins, None, None)
    return made


def _at(clicks: wire.ClickColumns, places: Sequence[int]) -> wire.ClickColumns:
    columns = {name: getattr(clicks, name) for name in clicks.__struct_fields__}
    return wire.ClickColumns(**{name: [c[place] for place in places] if c else [] for name, c in columns.items()})
