"""A data folder with something about two sites in every table, for the tests of erasing.

python -m tests.parcours.erasing write FOLDER    makes it
python -m tests.parcours.erasing read FOLDER     prints every row of every table
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from collector.journal.segments import encode_record
from rules.site import add_site
from store.client import Store, open_store
from store.credentials import Credential, Credentials
from store.definitions import Definitions
from store.jobs import JobStore, StoredJob, StoredRequest
from store.layouts import Layout
from store.matches import Match, Matches
from store.migrations import migrate
from store.records import Experiment, PageState, SignInRecipe, Variant
from store.retakes import LastRetake, Retakes
from store.sealing import Sealer
from store.snapshots import Snapshot, Snapshots
from store.tallies import Tally, save_tallies

MARK, KEPT = "ERASEDMARKQ", "KEPTMARKQ"  # parts of everything that is about the first site, and about the second
HOUR = 3_600_000


def host(mark: str) -> str:
    return f"{mark.lower()}.example"


def page(mark: str, path: str = "") -> str:
    return f"{host(mark)}/{path or mark}"


def line(site: int, mark: str, view: str, begun: int, **more: Any) -> bytes:
    """A journal record of a view with a click and a custom event."""
    x = {
        "site": site, "page": page(mark), "host": host(mark), "visitor": "7", "device": "desktop", "browser": "Firefox",
        "os": "Linux", "country": "FR", "channel": "direct", "referrer": mark, "source": mark, "medium": "",
        "campaign": mark, "bot": "", "excluded": 0, "shift": 0,
    }  # fmt: skip
    context = {
        "url": f"https://{page(mark)}", "ref": "", "vw": 1366, "vh": 768, "pw": 1366, "ph": 768, "dpr": 1,
        "touch": False, "lang": "en", "tz": 0, "variants": {mark: "a"}, "consent": False,
    }  # fmt: skip
    batch = {
        "v": 1, "view": view.ljust(24, "x"), "seq": 0, "sent": begun + 2000, "t0": begun, "ctx": context,
        "sum": {"ms": 900, "clicks": 1, "cut": 0, "fake": 0, "err": 0},
        "el": {"p": [f"main#{mark}"], "f": ["Ab" + ".." * 10]},
        "click": {
            "t": [500], "e": [0], "x": [5000], "y": [5000], "w": [100], "h": [40], "px": [100], "py": [120],
            "b": [0], "k": [0], "r": [0], "d": [0],
        },
        "scroll": {"e": 0, "y": 10000, "depth": 768, "ph": 768, "bands": [900] * 20},
        "custom": {"t": [600], "n": [f"order {mark}"], "v": [1.0]},
    }  # fmt: skip
    received = more.pop("received", int(time.time() * 1000) - 5000)
    compact = (",", ":")
    sent = json.dumps(batch, separators=compact).encode()
    return encode_record(received, json.dumps(x | more, separators=compact).encode(), sent)


def write(folder: Path) -> None:
    """The data folder of a server, with sites 1 (MARK) and 2 (KEPT)."""
    store = open_store(folder / "clickhouse")
    try:
        migrate(store)
        now = int(time.time() * 1000)
        for mark in (MARK, KEPT):
            _define(store, mark, now)
        store.insert_segment(b"".join(line(n, m, f"v{n}", now - HOUR) for n, m in ((1, MARK), (2, KEPT))), "stored")
    finally:
        store.close()
    _journal(folder / "journal", now)


def _define(store: Store, mark: str, now: int) -> None:
    definitions = Definitions(store)
    site = add_site(definitions, f"Site {mark}", [host(mark)], allow_private=True)
    number, key = int(site.id), mark.lower()
    definitions.put(definitions.get(type(site), site.id))  # a second version
    two = (Variant("a", "A"), Variant("b", mark))
    definitions.put(Experiment(id=f"e{number}", site=site.id, name=mark, pages=("/a",), variants=two))
    definitions.put(PageState(id=f"s{number}", site=site.id, key=key, name=mark, pages=("/a",), steps=("click #a",)))
    definitions.put(SignInRecipe(id=site.id, site=site.id, pages=(f"/{mark}",)))
    Credentials(store, Sealer(b"k" * 32)).put(Credential(number, "secret", key, now), "hidden")
    snapshots = Snapshots(store)
    taken = Snapshot(
        id=number, site=number, page=page(mark), width=200, variant="", state="", url=f"https://{page(mark)}",
        taken=now - HOUR, height=400, viewport_h=200, title=mark, warnings=(mark,),
    )  # fmt: skip
    columns: dict[str, Any] = {
        "paths": [f"main#{mark}"], "fps": ["Ab"], "names": [mark], "tags": ["main"], "parents": [-1], "x": [0],
        "y": [0], "w": [200], "h": [400], "visible": [True], "fixed": [False], "scroller": [-1], "control": [-1],
        "lines": [[]],
    }  # fmt: skip
    snapshots.save(taken, Layout.of(200, 400, 200, columns), [(400, f"picture of {mark}".encode())])
    snapshots.choose(taken)
    found = _match()
    Matches(store).save(number, number, page(mark), found)
    Retakes(store).write(number, LastRetake(page(mark), begun=now - HOUR, words=mark))
    asked = StoredRequest(site.id, f"https://{page(mark)}", (200,), page=page(mark), asked=now / 1000)
    JobStore(store, "elsewhere").save(StoredJob(f"job{number}", asked, "done", 1, 1))
    save_tallies(store, {(number, "origin"): Tally(3, now - HOUR, f"about {mark}")})


def _match() -> Match:
    import numpy as np

    return Match(np.array([1], np.uint64), np.array([0], np.int32), np.array([1.0], np.float32))


def _journal(journal: Path, now: int) -> None:
    """A segment in each state; both sites in each."""
    aside = journal / "quarantine"
    aside.mkdir(parents=True, mode=0o700)

    def both(name: str) -> bytes:
        return line(1, MARK, f"{name}1", now - HOUR) + line(2, KEPT, f"{name}2", now - HOUR)

    stem = f"{(now - 60_000) * 1000:016d}"
    (journal / f"{stem}-0000000a.done").write_bytes(both("done"))
    (journal / f"{stem}-0000000b.open").write_bytes(both("open"))
    (aside / f"{stem}-0000000c.seg").write_bytes(both("aside"))
    (aside / f"{stem}-0000000c.seg.why").write_text(json.dumps({"error": f"bad {MARK}", "attempts": 5, "time": now}))
    (aside / f"{stem}-0000000d.damaged").write_bytes(both("damaged") + line(1, MARK, "torn", now)[:-40])
    discarded = {"time": now, "segment": "x", "batches": {"1": 1}, "error": f"bad {MARK}"}
    (journal / "discarded.log").write_text(json.dumps(discarded) + "\n")


def read(folder: Path) -> None:
    """Print the rows of every table of the database, with its name before each."""
    store = open_store(folder / "clickhouse")
    try:
        tables = store.rows(
            "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
        )
        for table in tables:
            for row in store.formatted(f"SELECT * FROM {table['name']}", "JSONEachRow").splitlines():
                print(table["name"], row.decode("utf-8", "replace"))
        for row in store.rows("SELECT command FROM system.mutations WHERE database = currentDatabase()"):
            print("mutations", row)
    finally:
        store.close()


def run(what: str, folder: Path) -> list[str]:
    """Do this in a process of its own, since a process opens one folder: the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.parcours.erasing", what, str(folder)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def files_with(folder: Path, mark: str) -> list[str]:
    """The files that contain a mark, in any letter case, or are named after it."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and (mark.lower().encode() in path.read_bytes().lower() or mark.lower() in path.name.lower()):
            found.append(str(path.relative_to(folder)))
    return sorted(found)


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
