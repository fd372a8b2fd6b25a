"""A sample on one picture of a page: where its records are, without the points of the page's other states."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.sample import Sample
from aggregator.pictures.newest import IndexedSnapshot, pictures_of_states
from aggregator.pictures.twins import read_twins
from aggregator.placing.ladder import ANCESTOR, PAGE, Certainty, RecordPlaces, record_places
from aggregator.placing.states import InState, StatePicture, divide, owners
from aggregator.queries.cells import InDetail, read_cells_in_detail
from aggregator.shapes.cells import Cells
from aggregator.shapes.columns import Mask
from aggregator.shapes.points import Points
from store.client import Store
from store.snapshots import Snapshots

Mine = Callable[[Points | Cells], Mask]


@dataclass(frozen=True)
class LocatedSample:
    """`places`: where the records of `sample` are on `picture`. `elsewhere`: the points that belong to other states.

    `mine`: which points or cells belong on the picture. Its cells say all that the picture asks of them.
    """

    picture: IndexedSnapshot
    sample: Sample
    places: RecordPlaces
    mine: Mine
    detail: InDetail | None = None
    elsewhere: tuple[InState, ...] = ()


def locate(
    store: Store, snapshots: Snapshots, picture: IndexedSnapshot, sample: Sample, states: Sequence[str] = ()
) -> LocatedSample:
    """Locate a sample on a picture; `states` of the page in the owner's order (aggregator/placing/states.py)."""
    snapshot = picture.snapshot
    if not (snapshot.state or states):
        return locate_on_one(store, picture, sample)
    pictures = pictures_of_states(snapshots, sample.scope, snapshot, (*states, snapshot.state))
    pictures[snapshot.state] = picture  # another one may be newer, or chosen
    shown = {
        name: StatePicture(one.index, _places(store, sample, one), one.snapshot.taken) for name, one in pictures.items()
    }

    records = sample.records  # not the sample, which refers to tables that are dropped after the map

    def divided(points: Points | Cells) -> tuple[Mask, tuple[InState, ...]]:
        owner = owners(points, records, list(shown.values()))
        return divide(owner, list(shown), snapshot.state, points.n if isinstance(points, Cells) else None)

    mine, elsewhere = divided(sample.cells)
    sample = replace(sample, cells=sample.cells.take(mine))
    places = shown[snapshot.state].places
    return _in_detail(
        store, LocatedSample(picture, sample, places, lambda points: divided(points)[0], elsewhere=elsewhere)
    )


def locate_on_one(store: Store, picture: IndexedSnapshot, sample: Sample) -> LocatedSample:
    """Locate a sample on a picture to which all its points belong."""
    return _in_detail(store, LocatedSample(picture, sample, _places(store, sample, picture), _all))


def _all(points: Points | Cells) -> Mask:
    return np.ones(len(points), bool)


def _places(store: Store, sample: Sample, picture: IndexedSnapshot) -> RecordPlaces:
    """The places of the records; those of the last maps are kept, as the same ones are asked for again and again."""
    records, snapshot = sample.records, picture.snapshot
    twins = read_twins(store, snapshot)
    # A record's id is a hash of all that is known of it.
    key = (
        store.location,
        store.database,
        snapshot.id,
        snapshot.taken,
        records.record.tobytes(),
        *sorted(twins.items()),
    )
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    places = record_places(records, picture.index, twins)
    with _lock:
        _kept[key] = places
        while len(_kept) > MOST_PLACES:
            _kept.popitem(last=False)
    return places


MOST_PLACES = 8  # kept in memory; those of 1,000 records take 40 kB
_kept: OrderedDict[tuple[object, ...], RecordPlaces] = OrderedDict()  # the last used at the end
_lock = threading.Lock()


def _in_detail(store: Store, found: LocatedSample) -> LocatedSample:
    """The sample with the cells in detail of the records of which the picture asks it."""
    cells = found.sample.cells
    detail = details(cells, found)
    if detail is None:
        return found
    wanted = np.isin(cells.record, detail.record)
    there = read_cells_in_detail(store, cells.kind, found.sample.where, detail)
    there = there.take(found.mine(there))
    return replace(found, sample=replace(found.sample, cells=cells.take(~wanted).and_also(there)), detail=detail)


def details(cells: Cells, found: LocatedSample) -> InDetail | None:
    """The records for whose points it matters where on the page they were made, and on how large a page."""
    records, places, index = found.sample.records, found.places, found.picture.index
    by_place = np.isin(places.rung, (ANCESTOR, PAGE))
    by_size = np.isin(places.certainty, (Certainty.LIKELY, Certainty.AT_SAME_SIZE))
    present = np.isin(records.record, cells.record)
    lost = np.unique(cells.record[records.locate(cells.record) < 0])
    known = records.record[(by_place | by_size) & present]
    if not len(known) and not len(lost):
        return None
    return InDetail(
        record=np.append(known, lost),
        layout=index.layout,
        by_key=lost,
        by_place=np.append(records.record[by_place & present], lost),
    )
