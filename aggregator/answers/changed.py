"""Whether a page has changed since a picture of it was taken (aggregator/measures/changed.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from aggregator.answers.located import LocatedSample, locate
from aggregator.answers.sample import Sample, read_counted
from aggregator.measures.changed import (
    BASELINE_DAYS,
    LEAST_RISE,
    MissingPoints,
    PageChange,
    on_picture,
    page_change,
)
from aggregator.pictures.newest import IndexedSnapshot, indexed_layout
from aggregator.queries.conditions import where
from aggregator.queries.page_changes import LookedFor, read_day_counts, read_missing_points, read_missing_share
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.exposure import Exposed, LeftOut
from aggregator.shapes.records import records_of
from aggregator.shapes.scope import ChosenRows, Scope
from store.client import Store
from store.snapshots import Snapshot, Snapshots
from store.zones import UTC_ZONE, Zone


def changed_since(
    store: Store,
    snapshots: Snapshots,
    snapshot: Snapshot,
    since: date,
    until: date,
    states: Sequence[str] = (),
    zone: Zone = UTC_ZONE,
) -> PageChange | None:
    """Whether the clicks of since…until (days of `zone`) show that the page has changed since this picture was taken.

    `states` of the page as for a heatmap. Only for a picture of the page as it opens: a click on an element that no
    picture shows belongs to none of the other states.
    """
    if snapshot.state:
        return None
    scope = Scope(snapshot.site, (snapshot.page,), "click", since, until, variant=_variant(snapshot), zone=zone)
    pages = resolve_pages(store, scope.site, scope.pages)
    picture = IndexedSnapshot(snapshot, indexed_layout(snapshots, snapshot))
    return change_of(store, snapshots, locate(store, snapshots, picture, _sample(store, scope, pages), states), states)


def change_of(
    store: Store, snapshots: Snapshots, located: LocatedSample, states: Sequence[str] = ()
) -> PageChange | None:
    """The same for a sample that is already located. What was recorded when the picture was new is read only if the
    sample has enough missing elements and does not include those days."""
    snapshot, sample = located.picture.snapshot, located.sample
    if snapshot.state or sample.scope.kind != "click":
        return None
    found = _looked_for(located)
    if not len(found.missing) or read_missing_share(store, sample.where, found) < LEAST_RISE:
        return None
    parts = [(located, found)]
    new = _when_new(snapshot, sample.scope)
    if new is not None:
        earlier = locate(store, snapshots, located.picture, _sample(store, new, sample.pages), states)
        parts.insert(0, (earlier, _looked_for(earlier)))
    records = [one.sample.records for one, _ in parts]
    known = records_of(
        np.concatenate([one.record for one in records]),
        np.concatenate([one.key for one in records]),
        [path for one in records for path in one.paths],
        [fp for one in records for fp in one.fps],
    )
    days = [read_day_counts(store, one.sample.where, one.sample.scope, of) for one, of in parts]

    def missing() -> MissingPoints:
        found = [read_missing_points(store, one.sample.where, one.sample.scope, of) for one, of in parts]
        return found[0] if len(found) == 1 else found[0].and_also(found[1])

    return page_change(days[0] if len(days) == 1 else days[0].and_also(days[1]), missing, known)


def _when_new(snapshot: Snapshot, scope: Scope) -> Scope | None:
    """The scope of BASELINE_DAYS before and after the picture, as far as they are before `scope`."""
    taken = scope.zone.day(snapshot.taken)
    around = timedelta(days=BASELINE_DAYS)
    until = min(taken + around, scope.since - timedelta(days=1))
    if until < taken - around:
        return None
    return replace(scope, since=taken - around, until=until, chosen=ChosenRows(), kept=None)


def _sample(store: Store, scope: Scope, pages: tuple[str, ...]) -> Sample:
    """The points and records of a scope alone."""
    condition = where(scope, pages, kind=True)
    cells, records = read_counted(store, scope, pages, condition)
    return Sample(scope, pages, condition, cells, records, LeftOut(), Exposed(0, 0, 0, 0))


def _looked_for(located: LocatedSample) -> LookedFor:
    """The records of the sample that the picture has, and those that it lacks."""
    records, snapshot = located.sample.records, located.picture.snapshot
    found, missing = on_picture(located.places)
    mine = np.isin(records.record, located.sample.cells.record)
    return LookedFor(snapshot.width, snapshot.taken, records.record[found & mine], records.record[missing & mine])


def _variant(snapshot: Snapshot) -> tuple[str, str] | None:
    experiment, equals, variant = snapshot.variant.partition("=")
    return (experiment, variant) if equals else None
