"""Write a small data folder and pack it: `python -m tests.store.folders.write`.

Run it once per release and commit the archive. tests/store/test_folders.py opens every archive with the current
version and checks the figures below. A released archive is never written again.

Four visitors of shop.example on 2 March 2026. Visitor n begins at 12:00 + n minutes, sees /lamps down to its foot and
has the page's upper half in view for n seconds; visitors 1 to 3 click "Buy" (3 without any effect), and visitors 1
and 2 go on to /basket a minute later. Visitors 1 and 3 are of variant a, 2 and 4 of variant b.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from rules.site import add_site
from store.client import Store, open_store
from store.definitions import Definitions
from store.journeys import Journey, Stage, Touchpoint
from store.layouts import Layout
from store.migrations import migrate
from store.records import Experiment, PageState, Variant
from store.snapshots import Snapshot, Snapshots

HERE = Path(__file__).parent
NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
LAMPS, BASKET = "shop.example/lamps", "shop.example/basket"
WIDTH, HEIGHT, VIEWPORT = 200, 400, 200
PATHS = ["main#shop", "main#shop>button:1"]
FINGERPRINTS = ["Ab" + ".." * 10, "Cd" + ".." * 10]
VISITORS = (1, 2, 3, 4)
BUYERS = (1, 2, 3)
GO_ON = (1, 2)


def write(folder: Path) -> None:
    """Make the data folder, as `parcours serve --data` would find it."""
    store = open_store(folder / "clickhouse")
    try:
        migrate(store)
        site = _define(Definitions(store))
        Snapshots(store).save(_snapshot(site), _layout(), [(HEIGHT, _picture())])
        store.insert_segment(b"".join(_lines(site)), token="known")
        _merge(store)
    finally:
        store.close()


def _define(definitions: Definitions) -> int:
    """The number of the site that all definitions are of."""
    site = add_site(definitions, "Lamp shop", ["shop.example"])
    definitions.put(
        Journey(
            id="buying",
            site=site.id,
            name="Buying a lamp",
            stages=(
                Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),)),
                Stage("buy", {"en": "Buy"}, (Touchpoint("basket", {"en": "Basket"}, ("/basket",)),)),
            ),
        )
    )
    definitions.put(
        Experiment(
            id="button",
            site=site.id,
            name="Green button",
            pages=("/lamps",),
            variants=(Variant("a", "Grey"), Variant("b", "Green")),
            planned=2,
            started="2026-03-01",
        )
    )
    definitions.put(
        PageState(id="menu", site=site.id, key="menu", name="Menu", pages=("/lamps",), steps=("click #menu",))
    )
    return int(site.id)


def _snapshot(site: int) -> Snapshot:
    return Snapshot(
        id=1,
        site=site,
        page=LAMPS,
        width=WIDTH,
        variant="",
        state="",
        url=f"https://{LAMPS}",
        taken=NOON,
        height=HEIGHT,
        viewport_h=VIEWPORT,
        title="Lamps",
    )


def _layout() -> Layout:
    return Layout.of(
        WIDTH,
        HEIGHT,
        VIEWPORT,
        {
            "paths": PATHS,
            "fps": FINGERPRINTS,
            "names": ["Shop", "Buy"],
            "tags": ["main", "button"],
            "parents": [-1, 0],
            "x": [0, 50],
            "y": [0, 100],
            "w": [WIDTH, 100],
            "h": [HEIGHT, 40],
            "visible": [True, True],
            "fixed": [False, False],
            "scroller": [-1, -1],
            "control": [-1, 1],
            "lines": [[], []],
        },
    )


def _picture() -> bytes:
    """White, with the button in grey."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (255, 255, 255))
    image.paste((128, 128, 128), (50, 100, 150, 140))
    out = BytesIO()
    image.save(out, "WEBP", lossless=True)
    return out.getvalue()


def _lines(site: int) -> Iterator[bytes]:
    for visitor in VISITORS:
        begun = NOON + visitor * MINUTE
        yield _line(site, visitor, LAMPS, begun, _on_lamps(visitor))
        if visitor in GO_ON:
            yield _line(site, visitor, BASKET, begun + MINUTE, {"sum": {"ms": 1_000, "clicks": 0, "cut": 0}})


def _on_lamps(visitor: int) -> dict[str, Any]:
    clicks = int(visitor in BUYERS)
    bands = [visitor * 1_000] * 10 + [0] * 10
    kinds: dict[str, Any] = {
        "sum": {"ms": visitor * 1_000, "clicks": clicks, "cut": 0},
        "el": {"p": PATHS, "f": FINGERPRINTS},
        "scroll": {"e": 0, "y": 10_000, "depth": HEIGHT, "ph": HEIGHT, "bands": bands},
    }
    if clicks:
        answered = int(visitor != 3)
        kinds["click"] = {
            "t": [500], "e": [1], "x": [5_000], "y": [5_000], "w": [100], "h": [40], "px": [100], "py": [120],
            "b": [0], "k": [0], "r": [answered], "d": [answered],
        }  # fmt: skip
    return kinds


def _line(site: int, visitor: int, page: str, begun: int, kinds: dict[str, Any]) -> bytes:
    """One line of a segment, as the collector writes it."""
    enrichment = {
        "site": site, "page": page, "host": "shop.example", "visitor": str(visitor), "device": "desktop",
        "browser": "Firefox", "os": "Linux", "country": "FR", "channel": "direct", "referrer": "", "source": "",
        "medium": "", "campaign": "", "bot": "", "excluded": 0, "shift": 0,
    }  # fmt: skip
    context = {
        "url": f"https://{page}", "ref": "", "vw": WIDTH, "vh": VIEWPORT, "pw": WIDTH, "ph": HEIGHT, "dpr": 1,
        "touch": False, "lang": "en", "tz": 0, "variants": {"button": "a" if visitor % 2 else "b"}, "consent": False,
    }  # fmt: skip
    view = f"{page.rpartition('/')[2]}{visitor}".ljust(24, "x")
    batch = {"v": 1, "view": view, "seq": 0, "sent": begun + 10_000, "t0": begun, "ctx": context} | kinds
    return json.dumps({"r": begun + 10_000, "x": enrichment, "b": batch}).encode() + b"\n"


def _merge(store: Store) -> None:
    """One part per table and partition: the archive stays small."""
    tables = store.rows(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
    )
    for table in tables:
        store.command(f"OPTIMIZE TABLE {table['name']} FINAL")


def pack(folder: Path, archive: Path) -> None:
    """Everything in the folder, without who and when."""

    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = NOON // 1000
        return entry

    with tarfile.open(archive, "w:xz") as packed:
        packed.add(folder, ".", filter=anonymous)


if __name__ == "__main__":
    newest = max(path.name[:4] for path in Path("store/sql").glob("*.sql"))
    with tempfile.TemporaryDirectory() as made:
        write(Path(made))
        pack(Path(made), HERE / f"{newest}.tar.xz")
    print(f"{newest}.tar.xz: {(HERE / f'{newest}.tar.xz').stat().st_size:,} bytes")
