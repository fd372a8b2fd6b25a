"""Thumbnails of a site's maps: on one scale, and kept until the picture or the day changes."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import date

from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.statistics import FEW
from aggregator.pictures.newest import NoSnapshot
from rules.question import Question
from rules.resolve import Known
from store.snapshots import Snapshots
from viewer.drawing import pictures
from viewer.maps import HeatmapAnswer, Maps, drawable, site_scope_of, widest
from viewer.traffic import TrafficReader
from viewer.work import Work

MOST_BYTES = 32 << 20  # of thumbnails in memory: some 2,000
MOST_SCALES = 1_000
SCALED = 6  # pages whose maps decide the scale: the busiest, which the gallery shows first
SECONDS = 60.0  # how long a thumbnail is kept while the page has few visitors


@dataclass(frozen=True)
class _Kept:
    content: bytes
    pictures: tuple[int, ...]  # ids of those that it could be drawn on


class Thumbnails:
    """Draws thumbnails. All raise NoSnapshot."""

    def __init__(self, maps: Maps, snapshots: Snapshots, traffic: TrafficReader, work: Work) -> None:
        self._maps = maps
        self._snapshots = snapshots
        self._traffic = traffic
        self._work = work
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()  # the last used at the end
        self._scales: OrderedDict[Hashable, Scale] = OrderedDict()
        self._scaling: defaultdict[Hashable, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._bytes = 0
        self._lock = threading.Lock()

    async def thumbnail(self, question: Question, known: Known, today: date) -> bytes:
        """WebP of the top of a page's picture with its clicks."""
        question = question.fixed(today)
        usable = _pictures(question, known)
        key = (question, today)
        with self._lock:
            kept = self._kept.get(key)
            if kept and usable and kept.pictures == usable:
                self._kept.move_to_end(key)
                return kept.content
        found = await self._maps.heatmap(question, known)
        scale = await self.scale(question, known, today)
        snapshot, grid = found.figures.snapshot, found.map.grid

        def draw() -> bytes:
            first = self._snapshots.strip(snapshot.id, 0)
            return pictures.thumbnail(first, grid.width, grid.values, scale, grid.cell)

        content = await self._work.once(("thumbnail", key, snapshot.id, scale), SECONDS, draw)
        if found.figures.visitors >= FEW:
            self._keep(key, _Kept(content, usable))
        return content

    def forget(self) -> None:
        """Drop all of them: data were erased."""
        with self._lock:
            self._kept.clear()
            self._scales.clear()
            self._bytes = 0

    async def scale(self, question: Question, known: Known, today: date) -> Scale:
        """The scale of all thumbnails of this site, kind and period. Kept for the day, as the thumbnails are."""
        asked = replace(question.fixed(today), page="", page_group=None, width=None)
        key = (asked, today)
        async with self._scaling[key]:
            if scale := self._scales.get(key):
                return scale
            pictured = {s.page for s in known.snapshots if not s.variant and not s.state}
            busiest = await self._traffic.busiest(site_scope_of(question))
            pages = [one.page for one in busiest if one.page in pictured][:SCALED]
            wanted = [replace(asked, page=page) for page in pages]
            if not wanted and question.page:
                wanted = [replace(question, width=None)]
            found = [one for one in [await self._map(one, known) for one in wanted] if one]
            scale = scale_for([one.map.grid for one in found], question.kind)
            if pages:
                self._scales[key] = scale
                while len(self._scales) > MOST_SCALES:
                    self._scaling.pop(self._scales.popitem(last=False)[0], None)
            else:
                self._scaling.pop(key, None)
            return scale

    async def _map(self, question: Question, known: Known) -> HeatmapAnswer | None:
        try:
            return await self._maps.heatmap(question, known)
        except NoSnapshot:
            return None

    def _keep(self, key: Hashable, made: _Kept) -> None:
        with self._lock:
            earlier = self._kept.pop(key, None)
            self._bytes += len(made.content) - (len(earlier.content) if earlier else 0)
            self._kept[key] = made
            while self._bytes > MOST_BYTES:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.content)


def _pictures(question: Question, known: Known) -> tuple[int, ...]:
    """The ids of the pictures that the map of a question may be drawn on (aggregator/pictures/newest.py)."""
    width, variant = widest(question, known), "=".join(question.variant or ())
    return tuple(
        s.id
        for s in drawable(question, known.snapshots)
        if (s.width, s.state) == (width, question.state) and s.variant in ("", variant)
    )
