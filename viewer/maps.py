"""Maps on demand: computed in threads, and shared by the page, its strips and its table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date

import anyio

from aggregator.answers.comparison import Comparison, comparison
from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.answers.journey import JourneyMap, journey_map
from aggregator.answers.reach_map import ReachMap, reach_map
from aggregator.grids.scale import Scale
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import Scope
from store.client import Store
from store.records import Experiment, Journey
from store.snapshots import Snapshot, Snapshots
from viewer.work import Work

SECONDS = 10.0  # how long a page, its strips and its table share one computation
DRAIN_SECONDS = 2.0  # how long a map waits for batches that are acknowledged but not stored yet


Drain = Callable[[], Awaitable[None]]
States = Callable[[int, tuple[str, ...]], Sequence[str]]
DrawnFrom = Callable[[Snapshot, tuple[str, ...], UInt64], None]


def with_cap(scale: Scale, cap: float | None) -> Scale:
    """The scale with this cap, if one is given: two maps side by side share it."""
    return replace(scale, cap=cap) if cap else scale


class Maps:
    """Heatmaps, reach and comparisons of a scope. `width` None: the widest picture there is.

    `fresh` computes the map again: a program that asks twice expects the second answer to include what
    arrived in between, while a page needs one computation for its forty images. All raise NoSnapshot.
    """

    def __init__(
        self,
        store: Store,
        snapshots: Snapshots,
        work: Work,
        drain: Drain | None = None,
        states: States = lambda _site, _pages: (),
        drawn_from: DrawnFrom = lambda _snapshot, _pages, _records: None,
    ) -> None:
        """`states`: site number, pages → keys of the states defined for them, in the owner's order;
        `drawn_from` is called with the records that a map was drawn from; it must return quickly."""
        self._drawn_from = drawn_from
        self._states = states
        self._store = store
        self._snapshots = snapshots
        self._work = work
        self._drain = drain

    async def drained(self) -> None:
        """Wait, for at most DRAIN_SECONDS, until acknowledged batches can be read."""
        if self._drain is not None:
            with anyio.move_on_after(DRAIN_SECONDS):
                await self._drain()

    async def heatmap(self, scope: Scope, width: int | None, state: str = "", fresh: bool = False) -> Heatmap:
        await self.drained()

        def compute() -> Heatmap:
            states = self._states(scope.site, scope.pages)
            drawn = heatmap(self._store, self._snapshots, scope, self._width(scope, width, state), state, states)
            self._drawn_from(drawn.snapshot, drawn.pages, drawn.records.record)
            return drawn

        return await self._work.once(("heatmap", scope, width, state), SECONDS, compute, fresh=fresh)

    async def reach(self, scope: Scope, width: int | None, fresh: bool = False) -> ReachMap:
        """Reach is that of the page as it opens: an open menu does not change what was seen."""
        await self.drained()

        def compute() -> ReachMap:
            return reach_map(self._store, self._snapshots, scope, self._width(scope, width))

        return await self._work.once(("reach", scope, width), SECONDS, compute, fresh=fresh)

    async def comparison(
        self, scope: Scope, experiment: Experiment, width: int | None, fresh: bool = False
    ) -> Comparison:
        await self.drained()

        def compute() -> Comparison:
            compared = comparison(self._store, self._snapshots, scope, experiment, self._width(scope, width))
            for arm in compared.arms:
                self._drawn_from(arm.snapshot, arm.pages, arm.records.record)
            return compared

        key = ("comparison", scope, experiment.id, experiment.version, width)
        return await self._work.once(key, SECONDS, compute, fresh=fresh)

    async def journey(self, journey: Journey, since: date, until: date, device: str) -> JourneyMap:
        """The journey measured over a period, both days included; `device` empty = all."""
        await self.drained()
        return await self._work.heavy(journey_map, self._store, journey, since, until, device)

    def pictures(self, snapshot: Snapshot) -> list[bytes]:
        """The strips of a page picture, top to bottom. Queries the store: run it in a thread."""
        return [self._snapshots.strip(snapshot.id, n) for n, _ in sorted(self._snapshots.strips(snapshot.id))]

    def _width(self, scope: Scope, width: int | None, state: str = "") -> int:
        """The width asked for, else that of the widest picture."""
        if width:
            return width
        variant = "=".join(scope.variant) if scope.variant else ""
        for page in scope.pages:
            for kind in dict.fromkeys((variant, "")):
                if widths := self._snapshots.widths(scope.site, page, kind, state):
                    return max(widths)
        return 0  # no picture at all: the aggregator says so in words
