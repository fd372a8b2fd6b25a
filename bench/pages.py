"""A site with many pages: the map of a page pattern, the list of pages, and the gallery."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from PIL import Image

from aggregator.answers.heatmap import heatmap
from aggregator.answers.traffic import busiest_pages, page_list
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.traffic import PagePart
from store.client import Store, open_store
from store.layouts import Layout, path_key
from store.migrations import migrate
from store.snapshots import Snapshot, Snapshots, new_id

NAME = "pages"
HELP = "the map of a pattern of 5,884 and 120,001 pages, and the list of the pages of such a site (1 min)"

SITE, WIDTH, HEIGHT = 1, 1366, 2000
DAY = date(2026, 3, 2)
BUTTON = "main>button:1"
TIMES = 5
# As a scanner leaves them behind: one address, one view and one click each, by 40,000 visitors.
_WHO = (
    "{site:UInt32} AS site, {page:String} || toString(number) AS page, toDate('2026-03-02') AS day, "
    "toDateTime64('2026-03-02 12:00:00', 3, 'UTC') AS time, number + 1 AS view, number % 40000 + 1 AS visitor, "
    "if(number % 3 = 0, 'phone', 'desktop') AS device"
)


def add_pages(store: Store, number: int, site: int = SITE, page: str = "shop.example/f/") -> None:
    """`number` pages of a site, one view and one click on its button each."""
    given: dict[str, object] = {"site": site, "page": page, "n": number, "key": path_key(BUTTON)}
    rows = "FROM numbers({n:UInt64})"
    store.command(
        f"INSERT INTO views (site, page, day, time, view, visitor, device, viewport_w, viewport_h, page_h, clicks) "
        f"SELECT {_WHO}, 1366, 768, 2000, 1 {rows}",
        **given,
    )
    store.command(
        "INSERT INTO points (site, page, day, time, view, visitor, device, kind, key, record, fx, fy, box_w, box_h, "
        f"page_x, page_y, page_w, page_h, viewport_w, weight, effect) SELECT {_WHO}, 'click', {{key:UInt64}}, "
        f"{{key:UInt64}}, 5000, 5000, 200, 40, 200, 120, 1366, 2000, 1366, 1, number % 20 > 0 {rows}",
        **given,
    )
    store.command(
        "INSERT INTO elements (site, page, record, key, path, fp, seen) SELECT {site:UInt32}, "
        f"{{page:String}} || toString(number), {{key:UInt64}}, {{key:UInt64}}, {{path:String}}, '', "
        f"toDateTime64('2026-03-02 12:00:00', 3, 'UTC') {rows}",
        **given | {"path": BUTTON},
    )


def add_picture(store: Store, page: str, site: int = SITE) -> Snapshot:
    """A picture of a page with one button."""
    columns = {
        "paths": [BUTTON], "fps": [""], "names": ["Buy"], "tags": ["button"], "parents": [-1], "x": [100], "y": [100],
        "w": [200], "h": [40], "visible": [True], "fixed": [False], "scroller": [-1],
    }  # fmt: skip
    snapshot = Snapshot(new_id(), site, page, WIDTH, "", "", f"https://{page}", 1_772_000_000_000, HEIGHT, 768, "Lamp")
    image = BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (240, 240, 240)).save(image, "WEBP")
    Snapshots(store).save(snapshot, Layout.of(WIDTH, HEIGHT, 768, columns), [(HEIGHT, image.getvalue())])
    return snapshot


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Seconds, medians of five."""
    few, many = (100, 1_000) if args.quick else (5_884, 120_001)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        try:
            migrate(store)
            return {f"{few:,} pages": _measured(store, few, 1), f"{many:,} pages": _measured(store, many, 2)}
        finally:
            store.close()


def _measured(store: Store, pages: int, site: int) -> dict[str, Any]:
    add_pages(store, pages, site)
    add_picture(store, f"shop.example/f/{pages - 1}", site)
    scope, of_site = Scope(site, ("/f/**",), "click", DAY, DAY), SiteScope(site, DAY, DAY)
    drawn = heatmap(store, Snapshots(store), scope, WIDTH)
    return {
        "map of all of them, s": _seconds(lambda: heatmap(store, Snapshots(store), scope, WIDTH)),
        "points on the map": drawn.account.drawn,
        "60 of the list, s": _seconds(lambda: page_list(store, of_site, PagePart(most=60))),
        "the last 60 of a search, s": _seconds(
            lambda: page_list(store, of_site, PagePart("/F/", most=60, skipped=pages - 60))
        ),
        "frustration on the busiest, s": _seconds(lambda: busiest_pages(store, of_site)),
    }


def _seconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return round(statistics.median(times), 3)
