"""Where the pictures of a page have an element: which points count for it, and when it was in view.

It is the placing of the maps, so that the visitors of a rule are those of the row of its element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from msgspec.structs import replace as changed

from aggregator.answers.exposure import read_middles
from aggregator.measures.frustration import EDITABLE, UNJUDGED
from aggregator.pictures.newest import IndexedSnapshot, indexed_layout
from aggregator.pictures.twins import read_twins
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import OWN, TWIN, Certainty, record_places
from aggregator.queries.pages import resolve_pages
from aggregator.queries.records import read_page_records, read_records
from aggregator.shapes.columns import Int64, Mask
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import Layout
from store.resolved_rules import InWindows, OnPicture, PlacedElement, PlacedKind, ResolvedAction, ResolvedRule, kind_of
from store.segments import Action, Group, Rule, every_rule
from store.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class WantedElement:
    """An element (key, 16 hexadecimal digits) of the `page` that a rule names, which means these `patterns`."""

    page: str
    patterns: tuple[str, ...]
    element: str
    kind: PlacedKind


def wanted_elements(trees: Iterable[Group]) -> list[WantedElement]:
    """The elements of pages that rules name. One without a page is known by its key alone."""
    rules = [rule for tree in trees for rule in every_rule(tree)]
    actions: list[Rule | Action] = [*rules, *(rule.other for rule in rules if rule.other)]
    found = (
        WantedElement(one.page, one.pages[0], one.element, kind_of(one))
        for one in actions
        if isinstance(one, ResolvedRule | ResolvedAction) and one.element and one.page and one.pages
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
    key, pages = int(wanted.element, 16), resolve_pages(store, scope.site, scope.pages)
    found = PlacedElement(page=wanted.page, element=wanted.element, kind=wanted.kind)
    pictures = list(_pictures(snapshots, scope, pages, key))
    if not pictures:
        return found
    if wanted.kind == "view":
        return changed(found, windows=_windows(store, snapshots, scope, pages, pictures, key))
    records = _records(store, scope, pages, wanted.kind)
    tags = {tag for one in pictures for tag in _tags(one.index.layout, key)}
    return changed(
        found,
        pictures=tuple(_on_picture(store, one, records, key) for one in pictures),
        is_unjudged=bool(tags & UNJUDGED),
        is_editable=bool(tags & EDITABLE),
    )


def _pictures(snapshots: Snapshots, scope: Scope, pages: Sequence[str], key: int) -> Iterator[IndexedSnapshot]:
    """The newest pictures that have the element, of each width and variant as the page opens; else of its states."""
    found = [one for one in snapshots.of_pages(scope.site, pages) if one.page in pages]
    first: dict[tuple[int, str], Snapshot] = {}
    for one in sorted(found, key=lambda snapshot: pages.index(snapshot.page)):
        first.setdefault((one.width, one.variant), one)
    having = [one for one in (_indexed(snapshots, one) for one in first.values()) if key in one.index.by_key]
    if having:
        yield from having
        return
    for base in first.values():
        for state in snapshots.of_page(scope.site, base.page, base.width):
            if state.state and state.variant == base.variant:
                indexed = _indexed(snapshots, state)
                if key in indexed.index.by_key:
                    yield indexed


def _indexed(snapshots: Snapshots, snapshot: Snapshot) -> IndexedSnapshot:
    return IndexedSnapshot(snapshot, indexed_layout(snapshots, snapshot))


def _records(store: Store, scope: Scope, pages: tuple[str, ...], kind: PlacedKind) -> Records:
    if kind != "event" or not pages:
        return read_records(store, scope, pages)
    return read_page_records(store, scope.site, pages[0])[0]


def _members(layout: Layout, key: int) -> Mask:
    """Which elements count for the one with this key: itself, and all in it if it is a control."""
    itself = np.where(layout.control >= 0, layout.control, np.arange(len(layout)))
    return np.asarray(layout.keys[itself] == np.uint64(key), bool)


def _tags(layout: Layout, key: int) -> list[str]:
    return [layout.tags[i] for i in np.flatnonzero(layout.keys == np.uint64(key)).tolist()]


def _on_picture(store: Store, picture: IndexedSnapshot, records: Records, key: int) -> OnPicture:
    layout = picture.index.layout
    places = record_places(records, picture.index, read_twins(store, picture.snapshot))
    members = _members(layout, key)
    on = np.isin(places.rung, (OWN, TWIN)) & (places.element >= 0)
    on &= np.append(members, False)[places.element]
    by_certainty = {
        certainty: tuple(records.record[on & (places.certainty == certainty)].tolist()) for certainty in Certainty
    }
    keys = _keys(picture.index, members)
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
    store: Store,
    snapshots: Snapshots,
    scope: Scope,
    pages: tuple[str, ...],
    pictures: Sequence[IndexedSnapshot],
    key: int,
) -> InWindows | None:
    """Where the element is in the windows of the views: by the widest picture that has it, which knows the others."""
    snapshot = max((one.snapshot for one in pictures), key=lambda one: (not one.variant, one.width))
    places = read_middles(store, snapshots, scope, pages, snapshot)
    if places is None:
        return None
    at = indexed_layout(snapshots, snapshot).by_key[key][0]
    bands = places.bands[places.arrangement, at]
    return InWindows(widths=tuple(places.width.tolist()), bands=tuple(bands.tolist()))
