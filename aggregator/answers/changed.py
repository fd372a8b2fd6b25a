"""Whether a page has changed since a picture of it was taken (aggregator/measures/changed.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from aggregator.answers.located import LocatedSample, locate
from aggregator.answers.sample import Sample
from aggregator.measures.changed import BASELINE_DAYS, LEAST_RISE, LookedUp, PageChange, look_up, page_change
from aggregator.pictures.newest import IndexedSnapshot, indexed_layout
from aggregator.queries.pages import resolve_pages
from aggregator.queries.points import read_points
from aggregator.queries.records import read_records
from aggregator.shapes.exposure import Exposed, LeftOut
from aggregator.shapes.scope import Scope
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
    return change_of(store, snapshots, locate(store, snapshots, picture, _points(store, scope, pages), states), states)


def change_of(
    store: Store, snapshots: Snapshots, located: LocatedSample, states: Sequence[str] = ()
) -> PageChange | None:
    """The same for a sample that is already located. What was recorded when the picture was new is read only if the
    sample has enough missing elements and does not include those days."""
    snapshot, sample = located.picture.snapshot, located.sample
    if snapshot.state or sample.scope.kind != "click":
        return None
    found = _looked_up(located)
    if found.missing_share_after(snapshot.taken) < LEAST_RISE:
        return None
    new = _when_new(snapshot, sample.scope)
    if new is not None:
        earlier = _points(store, new, sample.pages)
        found = _looked_up(locate(store, snapshots, located.picture, earlier, states)).and_also(found)
    return page_change(found, snapshot.taken, sample.records, sample.scope.zone)


def _when_new(snapshot: Snapshot, scope: Scope) -> Scope | None:
    """The scope of BASELINE_DAYS before and after the picture, as far as they are before `scope`."""
    taken = scope.zone.day(snapshot.taken)
    around = timedelta(days=BASELINE_DAYS)
    until = min(taken + around, scope.since - timedelta(days=1))
    return replace(scope, since=taken - around, until=until) if until >= taken - around else None


def _points(store: Store, scope: Scope, pages: tuple[str, ...]) -> Sample:
    """The points and records of a scope alone."""
    points, records = read_points(store, scope, pages), read_records(store, scope, pages)
    return Sample(scope, pages, points, records, LeftOut(), Exposed(0, 0, 0, 0))


def _looked_up(located: LocatedSample) -> LookedUp:
    sample = located.sample
    return look_up(sample.points, sample.records, located.places, located.picture.snapshot.width)


def _variant(snapshot: Snapshot) -> tuple[str, str] | None:
    experiment, equals, variant = snapshot.variant.partition("=")
    return (experiment, variant) if equals else None
