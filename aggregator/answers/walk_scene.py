"""What a visitor did at one touchpoint of a walk, in order, with the clicks on the picture of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from aggregator.measures.frustration import EDITABLE, UNJUDGED, dead, rage, tag_mask
from aggregator.pictures.newest import IndexedSnapshot, newest_picture
from aggregator.pictures.twins import read_twins
from aggregator.placing.ladder import RecordPlaces, record_places
from aggregator.placing.projection import place
from aggregator.queries.records import read_named_records
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope
from aggregator.shapes.walks import ViewEvent
from store.client import Store
from store.snapshots import Snapshot, Snapshots

DeedKind = Literal["clicked", "typed", "sent", "error", "event"]
_KINDS: Mapping[str, DeedKind] = {"input": "typed", "submit": "sent", "error": "error", "custom": "event"}


@dataclass(frozen=True)
class Deed:
    """Something that the visitor did, `after_ms` since coming to the touchpoint. `name`: of the element on the picture,
    or of a custom event; `path`: of the element. A click is repeated `times`, over `for_ms`. `number`: of a click on
    the picture, from 1, with its place in px; 0 where it is not on the picture. `dead`: nothing happened."""

    after_ms: int
    what: DeedKind
    name: str
    path: str
    times: int = 1
    for_ms: int = 0
    number: int = 0
    x: float | None = None
    y: float | None = None
    dead: bool = False
    rage: bool = False


@dataclass(frozen=True)
class Scene:
    """`picture`: of the page, None without one. `deeds` in order."""

    picture: Snapshot | None
    deeds: tuple[Deed, ...]


@dataclass(frozen=True)
class SceneRows:
    """What happened in the views of one touchpoint (view → page), which began at `begin` ms. `page`: the one whose
    picture is shown."""

    page: str
    views: Mapping[int, str]
    begin: int
    clicks: Points
    events: Sequence[ViewEvent]


@dataclass(frozen=True)
class _Moment:
    """A deed at its time, and the view and the record of the element."""

    ms: int
    view: int
    record: int
    deed: Deed


def scene_of(store: Store, snapshots: Snapshots, scope: Scope, rows: SceneRows, width: int) -> Scene:
    """The deeds of a touchpoint, its clicks placed on the picture of the page at this width as those of a heatmap
    are; 0: there is no picture."""
    pages = tuple(dict.fromkeys(rows.views.values()))
    ids = np.unique(np.append(rows.clicks.record, np.array([one.record for one in rows.events], np.uint64)))
    records = read_named_records(store, replace(scope, pages=pages), pages, ids)
    picture = newest_picture(snapshots, scope, (rows.page,), width) if width and rows.page else None
    places = record_places(records, picture.index, read_twins(store, picture.snapshot)) if picture else None
    elements = _Elements(records, picture, places)
    moments = sorted([*_clicks(rows, elements), *_events(rows, elements)], key=lambda one: (one.ms, one.view))
    return Scene(picture.snapshot if picture else None, tuple(_numbered(_merged(moments))))


@dataclass(frozen=True)
class _Elements:
    """The elements of the page on its picture; both None without a picture."""

    records: Records
    picture: IndexedSnapshot | None
    places: RecordPlaces | None

    def named(self, record: int) -> tuple[str, str]:
        """The name on the picture of the control that an element is or lies in, and the element's path; each may be
        empty."""
        at = int(self.records.locate(np.array([record], np.uint64))[0])
        if at < 0:
            return "", ""
        name = ""
        if self.picture and self.places and (element := int(self.places.element[at])) >= 0:
            layout = self.picture.index.layout
            control = int(layout.control[element])
            name = " ".join(layout.names[control if control >= 0 else element].split())
        return name, self.records.paths[at]


def _clicks(rows: SceneRows, elements: _Elements) -> Iterator[_Moment]:
    clicks, records = rows.clicks, elements.records
    dead_ones = dead(clicks, tag_mask(records, clicks.record, UNJUDGED))
    rage_ones = rage(clicks, tag_mask(records, clicks.record, EDITABLE))
    x, y = np.full((2, len(clicks)), np.nan)
    if elements.picture and elements.places and len(clicks):
        placed = place(clicks, records, elements.picture.index, elements.places)
        here = placed.drawn & np.array([rows.views[view] == rows.page for view in clicks.view.tolist()], bool)
        x[here], y[here] = placed.x[here], placed.y[here]
    for i, (ms, view, record) in enumerate(
        zip(clicks.time.tolist(), clicks.view.tolist(), clicks.record.tolist(), strict=True)
    ):
        name, path = elements.named(record)
        on = not np.isnan(x[i])
        deed = Deed(
            after_ms=ms - rows.begin,
            what="clicked",
            name=name,
            path=path,
            x=round(float(x[i]), 1) if on else None,
            y=round(float(y[i]), 1) if on else None,
            dead=bool(dead_ones[i]),
            rage=bool(rage_ones[i]),
        )
        yield _Moment(ms, view, record, deed)


def _events(rows: SceneRows, elements: _Elements) -> Iterator[_Moment]:
    for one in rows.events:
        name, path = elements.named(one.record)
        deed = Deed(one.ms - rows.begin, _KINDS[one.kind], one.name or name, path)
        yield _Moment(one.ms, one.view, one.record, deed)


def _merged(moments: Sequence[_Moment]) -> list[Deed]:
    """Clicks on the same element one after another are one deed, where the first of them was made."""
    deeds: list[Deed] = []
    last: _Moment | None = None
    for one in moments:
        same = last is not None and (last.view, last.record, "clicked") == (one.view, one.record, last.deed.what)
        if same and one.deed.what == "clicked" and one.record:
            before = deeds[-1]
            deeds[-1] = replace(
                before,
                times=before.times + 1,
                for_ms=one.deed.after_ms - before.after_ms,
                dead=before.dead and one.deed.dead,
                rage=before.rage or one.deed.rage,
            )
        else:
            deeds.append(one.deed)
        last = one
    return deeds


def _numbered(deeds: Sequence[Deed]) -> Iterator[Deed]:
    """The clicks on the picture, numbered in their order."""
    number = 0
    for one in deeds:
        number += one.x is not None
        yield replace(one, number=number) if one.x is not None else one
