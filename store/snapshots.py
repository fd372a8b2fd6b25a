"""Snapshots: the picture of a page in strips, and its layout."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from store.client import Store
from store.definitions import Missing
from store.layouts import Layout


@dataclass(frozen=True)
class Snapshot:
    """One page as it looked at `taken` (ms since 1970), `width` CSS px wide. Heights are CSS px."""

    id: int
    site: int
    page: str
    width: int
    variant: str  # "" or "experiment=variant"
    state: str  # "" or the name of a state, such as an open menu
    url: str
    taken: int
    height: int
    viewport_h: int
    title: str
    warnings: tuple[str, ...] = ()


_COLUMNS = ", ".join(field.name for field in fields(Snapshot))
MOST_NAMED = 100  # pages that a query names
# The ids of the pictures that somebody chose; 0 where the newest is used again. Some may have been deleted since.
_CHOSEN = (
    "SELECT argMax(choice.snapshot, choice.time) AS chosen FROM picture_choices AS choice "
    "WHERE choice.site = {site:UInt32} GROUP BY choice.page, choice.width, choice.variant, choice.state"
)
# The chosen picture first, then the newest. GLOBAL: on a cluster, both tables are spread over the shards.
_FIRST = f"id GLOBAL IN ({_CHOSEN}) DESC, taken DESC, id DESC"


def new_id() -> int:
    """A new snapshot id: it grows with time and fits the 53 bits of a number in JavaScript."""
    return int(time.time() * 1000) << 12 | secrets.randbits(12)


class Snapshots:
    def __init__(self, store: Store) -> None:
        self.store = store

    def save(self, snapshot: Snapshot, layout: Layout, strips: Sequence[tuple[int, bytes]]) -> None:
        """Store a snapshot; `strips` are (height px, WebP) from the top down."""
        # The strips are stored first, so that a snapshot that can be found has its whole picture.
        self.store.insert(
            "strips",
            {
                "snapshot": [snapshot.id] * len(strips),
                "n": list(range(len(strips))),
                "height": [height for height, _ in strips],
                "picture": [picture for _, picture in strips],
            },
            token=f"strips/{snapshot.id}",
        )
        row: dict[str, list[Any]] = {field.name: [getattr(snapshot, field.name)] for field in fields(Snapshot)}
        row["warnings"] = [list(snapshot.warnings)]
        row |= {name: [column] for name, column in layout.columns().items()}
        self.store.insert("snapshots", row, token=f"snapshot/{snapshot.id}")

    def latest(
        self, site: int, page: str, width: int | None = None, variant: str = "", state: str = ""
    ) -> Snapshot | None:
        """The chosen or else newest picture of this page, exactly `width` px wide (None: any width)."""
        rows = self.store.rows(
            f"SELECT {_COLUMNS} FROM snapshots WHERE site = {{site:UInt32}} AND page = {{page:String}} "
            "AND ({width:UInt32} = 0 OR width = {width:UInt32}) "
            f"AND variant = {{variant:String}} AND state = {{state:String}} ORDER BY {_FIRST} LIMIT 1",
            site=site,
            page=page,
            width=width or 0,
            variant=variant,
            state=state,
        )
        return _snapshot(rows[0]) if rows else None

    def get(self, snapshot_id: int) -> Snapshot:
        """Missing when there is none."""
        rows = self.store.rows(f"SELECT {_COLUMNS} FROM snapshots WHERE id = {{id:UInt64}} LIMIT 1", id=snapshot_id)
        if not rows:
            raise _missing(snapshot_id)
        return _snapshot(rows[0])

    def before(self, snapshot: Snapshot, most: int) -> list[Snapshot]:
        """Earlier ones of the same page, width, variant and state, the newest first."""
        rows = self.store.rows(
            f"SELECT {_COLUMNS} FROM snapshots WHERE site = {{site:UInt32}} AND page = {{page:String}} "
            "AND width = {width:UInt32} AND variant = {variant:String} AND state = {state:String} "
            "AND (taken, id) < ({taken:Int64}, {id:UInt64}) ORDER BY taken DESC, id DESC LIMIT {most:UInt32}",
            site=snapshot.site,
            page=snapshot.page,
            width=snapshot.width,
            variant=snapshot.variant,
            state=snapshot.state,
            taken=snapshot.taken,
            id=snapshot.id,
            most=most,
        )
        return [_snapshot(row) for row in rows]

    def widths(self, site: int, page: str, variant: str = "", state: str = "") -> list[int]:
        """The widths that have a picture, the narrowest first."""
        rows = self.store.rows(
            "SELECT DISTINCT width FROM snapshots WHERE site = {site:UInt32} AND page = {page:String} "
            "AND variant = {variant:String} AND state = {state:String} ORDER BY width",
            site=site,
            page=page,
            variant=variant,
            state=state,
        )
        return [int(row["width"]) for row in rows]

    def of_page(self, site: int, page: str, width: int) -> list[Snapshot]:
        """The chosen or else newest picture of each variant and state of a page at one width."""
        rows = self.store.rows(
            f"SELECT {_COLUMNS} FROM snapshots WHERE site = {{site:UInt32}} AND page = {{page:String}} "
            f"AND width = {{width:UInt32}} ORDER BY variant, state, {_FIRST} LIMIT 1 BY variant, state",
            site=site,
            page=page,
            width=width,
        )
        return [_snapshot(row) for row in rows]

    def of_pages(self, site: int, pages: Collection[str], state: str = "") -> Sequence[Snapshot]:
        """The chosen or else newest picture of each of these pages in a state, for each width and variant."""
        # A server limits the size of a bound value. A site has far fewer pictures than it may have pages.
        named = len(pages) <= MOST_NAMED
        rows = self.store.rows(
            f"SELECT {_COLUMNS} FROM snapshots WHERE site = {{site:UInt32}} AND state = {{state:String}} "
            f"{'AND page IN {pages:Array(String)} ' if named else ''}"
            f"ORDER BY page, width, variant, {_FIRST} LIMIT 1 BY page, width, variant",
            site=site,
            state=state,
            **({"pages": list(pages)} if named else {}),
        )
        wanted = set(pages)
        return [_snapshot(row) for row in rows if row["page"] in wanted]

    def history(self, site: int, page: str) -> Sequence[Snapshot]:
        """Every picture of a page by width, variant and state, the newest of each first."""
        rows = self.store.rows(
            f"SELECT {_COLUMNS} FROM snapshots WHERE site = {{site:UInt32}} AND page = {{page:String}} "
            "ORDER BY width DESC, variant, state, taken DESC, id DESC LIMIT 1 BY id",
            site=site,
            page=page,
        )
        return [_snapshot(row) for row in rows]

    def newest(self, site: int) -> Sequence[Snapshot]:
        """The newest picture of each page, width, variant and state, even where another one is chosen."""
        rows = self.store.rows(
            f"SELECT {_COLUMNS} FROM snapshots WHERE site = {{site:UInt32}} "
            "ORDER BY page, width, variant, state, taken DESC, id DESC LIMIT 1 BY page, width, variant, state",
            site=site,
        )
        return [_snapshot(row) for row in rows]

    def choose(self, snapshot: Snapshot, *, newest: bool = False) -> None:
        """Let maps use this picture of its page, width, variant and state; `newest`: the newest one again."""
        row: dict[str, list[Any]] = {
            name: [getattr(snapshot, name)] for name in ("site", "page", "width", "variant", "state")
        }
        row |= {"snapshot": [0 if newest else snapshot.id], "time": [int(time.time() * 1000)]}
        self.store.insert("picture_choices", row)

    def chosen(self, site: int) -> set[int]:
        """The ids of the pictures that somebody chose; some may have been deleted since."""
        rows = self.store.rows(f"{_CHOSEN} HAVING chosen > 0", site=site)
        return {int(row["chosen"]) for row in rows}

    def delete(self, snapshot: Snapshot) -> None:
        """Delete a picture with its layout, strips and matches. Returns when it is done."""
        # The row of the snapshot goes first, so that a snapshot that can be found has its whole picture.
        for table, column in (("snapshots", "id"), ("strips", "snapshot"), ("matches", "snapshot")):
            local, where = (
                (f"{table}_local", f"ON CLUSTER `{self.store.cluster}`") if self.store.cluster else (table, "")
            )
            self.store.command(
                f"ALTER TABLE {local} {where} DELETE WHERE {column} = {{id:UInt64}} SETTINGS mutations_sync = 2",
                id=snapshot.id,
            )

    def list(self, site: int) -> list[Snapshot]:
        """The chosen or else newest picture of each page, width, variant and state, in that order."""
        rows = self.store.rows(
            f"SELECT {_COLUMNS} FROM snapshots WHERE site = {{site:UInt32}} "
            f"ORDER BY page, width, variant, state, {_FIRST} LIMIT 1 BY page, width, variant, state",
            site=site,
        )
        return [_snapshot(row) for row in rows]

    def layout(self, snapshot_id: int) -> Layout:
        """Missing when there is no such snapshot."""
        rows = self.store.rows(
            "SELECT width, height, viewport_h, paths, fps, names, tags, parents, x, y, w, h, visible, fixed, scroller, "
            "control, lines FROM snapshots WHERE id = {id:UInt64} LIMIT 1",
            id=snapshot_id,
        )
        if not rows:
            raise _missing(snapshot_id)
        row = rows[0]
        return Layout.of(row["width"], row["height"], row["viewport_h"], row)

    def strips(self, snapshot_id: int) -> Sequence[tuple[int, int]]:
        """(n, height px) from the top down."""
        rows = self.store.rows(
            "SELECT n, height FROM strips WHERE snapshot = {id:UInt64} ORDER BY n LIMIT 1 BY n", id=snapshot_id
        )
        return [(row["n"], row["height"]) for row in rows]

    def strip(self, snapshot_id: int, n: int) -> bytes:
        """The WebP of strip `n`; Missing when there is none."""
        picture = self.store.blob(
            "SELECT picture FROM strips WHERE snapshot = {id:UInt64} AND n = {n:UInt16} LIMIT 1", id=snapshot_id, n=n
        )
        if not picture:
            raise _missing(snapshot_id, f"strip {n} of ")
        return picture


def _snapshot(row: dict[str, Any]) -> Snapshot:
    return Snapshot(**(row | {"warnings": tuple(row["warnings"])}))


def _missing(snapshot_id: int, part: str = "") -> Missing:
    return Missing(f"There is no {part}snapshot {snapshot_id}")
