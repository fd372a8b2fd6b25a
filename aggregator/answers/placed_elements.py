"""Where the pictures of a page have an element or a zone: which points count for it, and when it was in view.

It is the placing of the maps, so that the visitors of a rule are those of the row of its element or zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from msgspec.structs import replace as changed

from aggregator.answers.exposure import read_middles
from aggregator.measures.frustration import EDITABLE, UNJUDGED
from aggregator.pictures.newest import IndexedSnapshot, indexed_layout
from aggregator.pictures.twins import read_twins
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import OWN, TWIN, Certainty, RecordPlaces, record_places
from aggregator.placing.zones import place_zone
from aggregator.queries.pages import resolve_pages
from aggregator.queries.records import read_page_records, read_records
from aggregator.shapes.columns import Int64, Mask
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope
from store.client import Store
from store.page_zones import PageZone
from store.resolved_rules import InWindows, OnPicture, PlacedElement, PlacedKind, ResolvedAction, ResolvedRule, kind_of
from store.segments import Action, Group, Rule, every_rule
from store.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class WantedElement:
    """An element (key, 16 hexadecimal digits), or a `zone` in its place, of the `page` that a rule names, which means
    these `patterns`."""

    page: str
    patterns: tuple[str, ...]
    element: str
    kind: PlacedKind
    zone: PageZone | None = None


@dataclass(frozen=True)
class OnLayout:
    """What is wanted on one picture: its own `elements` (indices in the layout), and all `members` that count for it
    (bool[M])."""

    picture: IndexedSnapshot
    elements: Int64
    members: Mask


def wanted_elements(trees: Iterable[Group]) -> list[WantedElement]:
    """The elements and zones of pages that rules name. An element without a page is known by its key alone."""
    rules = [rule for tree in trees for rule in every_rule(tree)]
    actions: list[Rule | Action] = [*rules, *(rule.other for rule in rules if rule.other)]
    found = (
        WantedElement(one.page, one.pages[0], one.element, kind_of(one), one.of_zone)
        for one in actions
        if isinstance(one, ResolvedRule | ResolvedAction) and (one.element or one.of_zone) and one.page and one.pages
    )
    return list(dict.fromkeys(found))


def placed_element(store: Store, snapshots: Snapshots, scope: Scope, wanted: WantedElement) -> PlacedElement:
    """The element on the newest pictures of its page, for the records in the days of the scope."""
    scope = replace(
        scope,
        pages=wanted.patterns,
        kind="hover" if wanted.kind == "hover" else "click",
        variant=None,
        device="",
        segment=None,
    )
    pages = resolve_pages(store, scope.site, scope.pages)
    found = PlacedElement(
        page=wanted.page, element=wanted.element, kind=wanted.kind, zone=wanted.zone.id if wanted.zone else ""
    )
    pictures = list(_pictures(snapshots, scope, pages, lambda picture: _on_layout(store, picture, wanted)))
    if not pictures:
        return found
    if wanted.kind == "view":
        return changed(found, windows=_windows(store, snapshots, scope, pages, pictures))
    records = _records(store, scope, pages, wanted.kind)
    placed = [_records_on(store, one, records) for one in pictures]
    found = changed(
        found, pictures=tuple(_on_picture(one, records, on) for one, on in zip(pictures, placed, strict=True))
    )
    if wanted.zone is not None:
        unjudged = [_unjudged(one, records, on) for one, on in zip(pictures, placed, strict=True)]
        return changed(found, unjudged=tuple(sorted({record for some in unjudged for record in some})))
    tags = {one.picture.index.layout.tags[i] for one in pictures for i in one.elements.tolist()}
    return changed(found, is_unjudged=bool(tags & UNJUDGED), is_editable=bool(tags & EDITABLE))


def _on_layout(store: Store, picture: IndexedSnapshot, wanted: WantedElement) -> OnLayout | None:
    """What is wanted on a picture; None if the picture does not have it."""
    layout = picture.index.layout
    if wanted.zone is not None:
        place = place_zone(wanted.zone, picture.index, read_twins(store, picture.snapshot))
        return OnLayout(picture, place.elements, place.members) if len(place.elements) else None
    key = np.uint64(int(wanted.element, 16))
    elements = np.flatnonzero(layout.keys == key)
    # Itself, and all in it if it is a control.
    itself = np.where(layout.control >= 0, layout.control, np.arange(len(layout)))
    return OnLayout(picture, elements, np.asarray(layout.keys[itself] == key, bool)) if len(elements) else None


def _pictures(
    snapshots: Snapshots,
    scope: Scope,
    pages: Sequence[str],
    on: Callable[[IndexedSnapshot], OnLayout | None],
) -> Iterator[OnLayout]:
    """The newest pictures that have it, of each width and variant as the page opens; else of its states."""
    found = [one for one in snapshots.of_pages(scope.site, pages) if one.page in pages]
    first: dict[tuple[int, str], Snapshot] = {}
    for one in sorted(found, key=lambda snapshot: pages.index(snapshot.page)):
        first.setdefault((one.width, one.variant), one)
    having = [there for one in first.values() if (there := on(_indexed(snapshots, one)))]
    if having:
        yield from having
        return
    for base in first.values():
        for state in snapshots.of_page(scope.site, base.page, base.width):
            if state.state and state.variant == base.variant and (there := on(_indexed(snapshots, state))):
                yield there


def _indexed(snapshots: Snapshots, snapshot: Snapshot) -> IndexedSnapshot:
    return IndexedSnapshot(snapshot, indexed_layout(snapshots, snapshot))


def _records(store: Store, scope: Scope, pages: tuple[str, ...], kind: PlacedKind) -> Records:
    if kind != "event" or not pages:
        return read_records(store, scope, pages)
    return read_page_records(store, scope.site, pages[0])[0]


@dataclass(frozen=True)
class RecordsOn:
    """Where R records are on one picture, and which of them are on what is wanted: bool[R]."""

    places: RecordPlaces
    on: Mask


def _records_on(store: Store, there: OnLayout, records: Records) -> RecordsOn:
    places = record_places(records, there.picture.index, read_twins(store, there.picture.snapshot))
    on = np.isin(places.rung, (OWN, TWIN)) & (places.element >= 0)
    return RecordsOn(places, np.asarray(on & np.append(there.members, False)[places.element], bool))


def _unjudged(there: OnLayout, records: Records, found: RecordsOn) -> list[int]:
    """The records on elements whose clicks are dead only while the element is disabled."""
    layout = there.picture.index.layout
    itself = np.where(layout.control >= 0, layout.control, np.arange(len(layout)))
    tags = np.array([tag in UNJUDGED for tag in layout.tags], bool)
    return [int(record) for record in records.record[found.on & np.append(tags[itself], False)[found.places.element]]]


def _on_picture(there: OnLayout, records: Records, found: RecordsOn) -> OnPicture:
    layout = there.picture.index.layout
    by_certainty = {
        certainty: tuple(records.record[found.on & (found.places.certainty == certainty)].tolist())
        for certainty in Certainty
    }
    keys = _keys(there.picture.index, there.members)
    scrolls = layout.height > layout.viewport_h  # shorter pages all have the height of the window
    return OnPicture(
        records=by_certainty[Certainty.CERTAIN],
        likely=by_certainty[Certainty.LIKELY],
        same_size=by_certainty[Certainty.AT_SAME_SIZE] if scrolls else (),
        keys=tuple(keys),
        known=tuple(records.record[np.isin(records.key, np.array(keys, np.uint64))].tolist()),
        width=layout.width,
        height=layout.height,
    )


def _keys(index: LayoutIndex, members: Mask) -> list[int]:
    """The keys by which points of unknown records are shown on the elements: those of one visible element each."""
    shown: Int64 = np.flatnonzero(members & index.layout.visible)
    keys = index.layout.keys[shown].tolist()
    return [key for key in keys if len(index.by_key[key]) == 1]


def _windows(
    store: Store, snapshots: Snapshots, scope: Scope, pages: tuple[str, ...], pictures: Sequence[OnLayout]
) -> InWindows | None:
    """Where it is in the windows of the views: by the widest picture that has it, which knows the others."""
    there = max(pictures, key=lambda one: (not one.picture.snapshot.variant, one.picture.snapshot.width))
    places = read_middles(store, snapshots, scope, pages, there.picture.snapshot, [there.elements])
    if places is None:
        return None
    return InWindows(widths=tuple(places.width.tolist()), bands=tuple(places.bands[places.arrangement, 0].tolist()))
