"""Where the notes of a page are on one of its pictures, with what the matching finds of edited elements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aggregator.linkage.versions import PastLayout, match_versions, standing
from aggregator.pictures.newest import IndexedSnapshot
from aggregator.pictures.twins import MOST_PICTURES, read_twins
from aggregator.placing.remark_places import PlacedNote, note_records, place_notes, record_of
from aggregator.shapes.records import RecordTimes, records_of
from store.client import Store
from store.remarks import Remark
from store.snapshots import Snapshots


def placed_notes(
    store: Store, snapshots: Snapshots, picture: IndexedSnapshot, notes: Sequence[Remark]
) -> tuple[PlacedNote, ...]:
    """The places of notes on a picture, in their order.

    The matching in the background (aggregator/pictures/twins.py) knows the elements that visitors used. Elements of
    notes that it does not know and that are not on the picture as they were are matched here, in the same way.
    """
    places = [note.place for note in notes]
    twins, records = read_twins(store, picture.snapshot), note_records(places)
    unknown = np.array([one not in twins for one in records.record.tolist()], bool)
    lost = np.flatnonzero(unknown & (standing(records, picture.index.layout) < 0))
    if len(lost):
        written = {record_of(note.place): note.time for note in reversed(notes) if note.place.element}
        rest = records_of(
            records.record[lost], records.key[lost],
            [records.paths[n] for n in lost], [records.fps[n] for n in lost],
        )  # fmt: skip
        time = np.array([written[one] for one in rest.record.tolist()], np.int64)
        older = [PastLayout(one.taken, snapshots.layout(one.id)) for one in
                 snapshots.before(picture.snapshot, MOST_PICTURES)]  # fmt: skip
        times = RecordTimes(time, time, np.ones(len(rest), np.int64))
        found = match_versions(rest, times, picture.index.layout, older)
        twins |= dict(zip(rest.record.tolist(), found.element.tolist(), strict=True))
    return place_notes(places, picture.index, twins)
