"""A sample on one picture of a page: where its records are, without the points of the page's other states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.answers.sample import Sample
from aggregator.pictures.newest import IndexedSnapshot, pictures_of_states
from aggregator.pictures.twins import read_twins
from aggregator.placing.ladder import RecordPlaces, record_places
from aggregator.placing.states import InState, StatePicture, divide, owners
from store.client import Store
from store.snapshots import Snapshots


@dataclass(frozen=True)
class LocatedSample:
    """`places`: where the records of `sample` are on `picture`. `elsewhere`: the points that belong to other states."""

    picture: IndexedSnapshot
    sample: Sample
    places: RecordPlaces
    elsewhere: tuple[InState, ...] = ()


def locate(
    store: Store, snapshots: Snapshots, picture: IndexedSnapshot, sample: Sample, states: Sequence[str] = ()
) -> LocatedSample:
    """Locate a sample on a picture; `states` of the page in the owner's order (aggregator/placing/states.py)."""
    snapshot = picture.snapshot
    if not (snapshot.state or states):
        return LocatedSample(picture, sample, _places(store, sample, picture))
    pictures = pictures_of_states(snapshots, sample.scope, snapshot, (*states, snapshot.state))
    pictures[snapshot.state] = picture  # another one may be newer, or chosen
    shown = {
        name: StatePicture(one.index, _places(store, sample, one), one.snapshot.taken) for name, one in pictures.items()
    }
    owner = owners(sample.points, sample.records, list(shown.values()))
    mine, elsewhere = divide(owner, list(shown), snapshot.state)
    sample = replace(sample, points=sample.points.take(mine))
    return LocatedSample(picture, sample, shown[snapshot.state].places, elsewhere)


def _places(store: Store, sample: Sample, picture: IndexedSnapshot) -> RecordPlaces:
    return record_places(sample.records, picture.index, read_twins(store, picture.snapshot))
