"""The picture and the layout that a map is drawn on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.placing.elements import LayoutIndex
from aggregator.shapes.scope import Scope
from store.layouts import Layout
from store.pages import page_path
from store.snapshots import Snapshot, Snapshots

MOST_LAYOUTS = 16  # kept in memory; a large one takes about 5 MB


class NoSnapshot(LookupError):
    """There is no picture to draw on; the message says how to get one."""


@dataclass(frozen=True)
class IndexedSnapshot:
    """A snapshot with its layout, prepared for look-ups."""

    snapshot: Snapshot
    index: LayoutIndex


def newest_picture(
    snapshots: Snapshots, scope: Scope, pages: tuple[str, ...], width: int, state: str = ""
) -> IndexedSnapshot:
    """The newest picture of the first page that has one; of the scope's variant where that has one.

    NoSnapshot when no page has a picture at this width.
    """
    variant = "=".join(scope.variant) if scope.variant else ""
    found = snapshots.of_pages(scope.site, pages, state)
    fitting = {(one.variant, one.page): one for one in found if one.width == width}
    for name in dict.fromkeys((variant, "")):
        for page in pages:
            if snapshot := fitting.get((name, page)):
                return IndexedSnapshot(snapshot, indexed_layout(snapshots, snapshot))
    raise NoSnapshot(_message(scope, pages, width, state, {one.width for one in found if not one.variant}))


def pictures_of_states(
    snapshots: Snapshots, scope: Scope, of: Snapshot, states: Sequence[str]
) -> dict[str, IndexedSnapshot]:
    """The newest pictures of the page of `of` at its width: the base ("") and those of `states`, in order.

    A state without a picture is left out. Variants are preferred as in `newest_picture`.
    """
    variant = "=".join(scope.variant) if scope.variant else ""
    found = {(s.variant, s.state): s for s in snapshots.of_page(scope.site, of.page, of.width)}
    newest = {state: found.get((variant, state)) or found.get(("", state)) for state in dict.fromkeys(("", *states))}
    return {state: IndexedSnapshot(one, indexed_layout(snapshots, one)) for state, one in newest.items() if one}


def other_widths(snapshots: Snapshots, scope: Scope, of: Snapshot) -> list[Layout]:
    """The newest layouts of the page of `of` at other widths: where its elements are there."""
    found = (
        snapshots.latest(scope.site, of.page, width, of.variant)
        for width in snapshots.widths(scope.site, of.page, of.variant)
        if width != of.width
    )
    return [indexed_layout(snapshots, one).layout for one in found if one]


def _message(scope: Scope, pages: tuple[str, ...], width: int, state: str, widths: set[int]) -> str:
    """`widths`: those that have a picture of the state."""
    if not pages:
        return f"No page of this site matches {', '.join(scope.pages)}: visit the page once, or correct the pattern."
    name = page_path(pages[0])
    of_state = f" in state {state!r}" if state else ""
    if widths:
        have = ", ".join(map(str, sorted(widths)))
        return f"There is no picture of {name} at {width} px{of_state}: take one, or ask for {have} px."
    at = f" at {width} px" if width else ""
    return f"There is no picture of {name}{at}{of_state}: take one first."


_layouts: OrderedDict[tuple[str, str, int, int], LayoutIndex] = OrderedDict()  # the last used at the end
_lock = threading.Lock()


def indexed_layout(snapshots: Snapshots, snapshot: Snapshot) -> LayoutIndex:
    """The layout of a snapshot, prepared for look-ups. Snapshots never change, so the last used are kept."""
    name = (snapshots.store.location, snapshots.store.database, snapshot.id, snapshot.taken)
    with _lock:
        if name in _layouts:
            _layouts.move_to_end(name)
            return _layouts[name]
    index = LayoutIndex(snapshots.layout(snapshot.id))
    with _lock:
        _layouts[name] = index
        while len(_layouts) > MOST_LAYOUTS:
            _layouts.popitem(last=False)
    return index
