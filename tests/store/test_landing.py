"""What a batch becomes: worked out by hand from tests/store/lines.py."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
from pathlib import Path

import pytest
import xxhash

from collector import wire
from store.client import BadLine, Store, open_store
from store.migrations import migrate
from tests.store.lines import T0, TABLES, VIEW, body, enrichment, line

ROOT = Path(__file__).resolve().parents[2]
DAY = datetime.date(2023, 11, 14)
EXAMPLES = ROOT / "tests" / "examples" / "batches.json"


def hashed(text: str) -> int:
    return xxhash.xxh64_intdigest(text.encode())


WHERE = {"site": 7, "page": "shop.example/basket", "day": DAY, "view": hashed(VIEW), "visitor": 2**64 - 1}
WHO = {"device": "phone", "variants": {"hero": "b"}, "bot": "", "excluded": 0, "sender": ""}
LINK = {"key": hashed("main>a:1"), "record": hashed("main>a:1 " + "aa" * 11)}
BUTTON = {"key": hashed("form#basket>button:1"), "record": hashed("form#basket>button:1 " + "bb" * 12)}


def counts(store: Store) -> dict[str, int]:
    return {table: store.rows(f"SELECT count() AS n FROM {table}")[0]["n"] for table in TABLES}


def test_a_batch_becomes_rows_of_every_table(either: Store) -> None:
    either.insert_segment(line(), "segment")
    page = {"page_w": 400, "page_h": 3000, "viewport_w": 390}
    assert either.rows("SELECT * FROM views") == [
        WHERE
        | WHO
        | page
        | {
            "time": T0 + 1_000,
            "seq": 0,
            "host": "shop.example",
            "referrer": "search.example",
            "channel": "search",
            "source": "s",
            "medium": "m",
            "campaign": "c",
            "browser": "Firefox",
            "os": "Android",
            "country": "FR",
            "language": "fr-CA",
            "timezone": -300,
            "viewport_h": 844,
            "dpr": 2.5,
            "touch": 1,
            "consent": 1,
            "engaged_ms": 4_000,
            "clicks": 2,
            "cut": 3,
            "fake": 0,
            "err": 0,
        }
    ]
    clicks = either.rows("SELECT * FROM points WHERE kind = 'click' ORDER BY time")
    assert clicks == [
        WHERE
        | WHO
        | page
        | BUTTON
        | {"kind": "click", "time": T0 + 1_100, "fx": 5000, "fy": 2500, "box_w": 120, "box_h": 40, "page_x": 60}
        | {"page_y": 700, "weight": 1.0, "button": 0, "flags": 2, "effect": 1, "effect_ms": 120},
        WHERE
        | WHO
        | page
        | LINK
        | {"kind": "click", "time": T0 + 1_150, "fx": 1, "fy": 2, "box_w": 20, "box_h": 21, "page_x": -6}
        | {"page_y": 8, "weight": 1.0, "button": 1, "flags": 0, "effect": 0, "effect_ms": 0},
    ]
    # Cell 10 of 8 x 8 is row 1, column 2: its centre is 2.5 / 8 across and 1.5 / 8 down.
    assert either.rows("SELECT * FROM points WHERE kind = 'hover'") == [
        WHERE
        | WHO
        | page
        | LINK
        | {"kind": "hover", "time": T0 + 6_000, "fx": 3125, "fy": 1875, "box_w": 20, "box_h": 21, "page_x": 5}
        | {"page_y": 6, "weight": 1234.0, "button": 0, "flags": 0, "effect": 0, "effect_ms": 0}
    ]
    assert either.rows("SELECT * FROM scrolls") == [
        WHERE
        | WHO
        | {"time": T0 + 1_000, "seq": 0, "key": BUTTON["key"], "fy": 9999, "depth": 1500, "page_h": 3000}
        | {"viewport_w": 390, "viewport_h": 844, "bands": [10, 20]}
    ]
    told = WHERE | WHO | {"key": 0, "record": 0, "changes": 0, "flags": 0}
    assert either.rows("SELECT * FROM events ORDER BY time, name") == [
        told | {"kind": "custom", "time": T0 + 1_005, "name": "buy", "value": 19.5},
        told | {"kind": "custom", "time": T0 + 1_015, "name": "seen", "value": None},
        told | {"kind": "resize", "time": T0 + 1_200, "name": "844x390", "value": 844.0},
    ]
    assert either.rows("SELECT * FROM touches") == [WHERE | WHO | {"time": T0 + 1_000, "channel": "search"}]
    place = {"site": 7, "page": "shop.example/basket", "seen": T0 + 6_000, "sender": ""}
    assert either.rows("SELECT * FROM elements ORDER BY path DESC") == [
        place | LINK | {"path": "main>a:1", "fp": "aa" * 11},
        place | BUTTON | {"path": "form#basket>button:1", "fp": "bb" * 12},
    ]


def test_fields_forms_and_errors_become_events_on_their_elements(either: Store) -> None:
    made = {
        "sum": {"ms": 1, "clicks": 0, "cut": 0, "fake": 4, "err": 5},
        "input": {"t": [10, 20], "e": [0, 1], "d": [150, 7], "n": [9, 0], "k": [2, 1]},
        "submit": {"t": [90], "e": [1]},
        "error": {"t": [95], "e": [0], "h": ["a-"], "n": ["app.js"]},
    }
    either.insert_segment(line(**made), "segment")
    assert either.rows("SELECT fake, err FROM views") == [{"fake": 4, "err": 5}]
    told = WHERE | WHO | {"changes": 0, "flags": 0, "value": None}
    assert either.rows("SELECT * FROM events WHERE kind IN ('input', 'submit', 'error') ORDER BY time") == [
        told | LINK | {"kind": "input", "time": T0 + 1_010, "name": "", "value": 1500.0, "changes": 9, "flags": 2},
        told | BUTTON | {"kind": "input", "time": T0 + 1_030, "name": "", "value": 70.0, "flags": 1},
        told | BUTTON | {"kind": "submit", "time": T0 + 1_090, "name": ""},
        told | LINK | {"kind": "error", "time": T0 + 1_095, "name": "app.js#a-"},
    ]
    assert counts(either)["events"] == 7


def test_absent_kinds_make_no_rows(store: Store) -> None:
    bare = line(el=None, click=None, hover=None, scroll=None, resize=None, custom=None, sum=None, seq=3)
    store.insert_segment(bare, "bare")
    assert counts(store) == {"views": 1, "points": 0, "scrolls": 0, "events": 0, "touches": 0, "elements": 0}


def test_columns_of_clicks_that_are_not_sent_are_0(store: Store) -> None:
    sent = json.loads(line())
    said = {name: column * 2 for name, column in sent["b"]["click"].items() if name not in "bkrd"}
    sent["b"] |= {"click": said, "hover": None}
    store.insert_segment(json.dumps(sent).encode(), "bare")
    bare = {"button": 0, "flags": 0, "effect": 0, "effect_ms": 0}
    assert store.rows("SELECT button, flags, effect, effect_ms FROM points") == [bare] * len(said["t"])


def test_null_kinds_and_unknown_fields_are_skipped(store: Store) -> None:
    sent = json.loads(line())
    sent["b"] |= {"click": None, "scroll": None, "later": {"a": [1, {"b": 2}]}}
    sent["b"]["ctx"]["later"] = [1]
    sent["x"]["later"] = "x"
    sent["later"] = True
    store.insert_segment(json.dumps(sent).encode(), "later")
    assert counts(store) == {"views": 1, "points": 1, "scrolls": 0, "events": 3, "touches": 1, "elements": 2}


def test_a_later_batch_of_a_view_replaces_its_totals(store: Store) -> None:
    store.insert_segment(line(seq=1, sum={"ms": 9_000, "clicks": 5}), "second")  # the second may arrive first
    store.insert_segment(line(), "first")
    [view] = store.rows("SELECT seq, engaged_ms, clicks FROM views FINAL")
    assert view == {"seq": 1, "engaged_ms": 9_000, "clicks": 5}
    assert len(store.rows("SELECT * FROM touches")) == 1
    assert len(store.rows("SELECT * FROM elements FINAL")) == 2


def test_times_before_1970_and_bots_are_kept(store: Store) -> None:
    store.insert_segment(line(enrichment(shift=-T0 - 1, bot="crawler", excluded=1)), "odd")
    [view] = store.rows("SELECT time, bot, excluded FROM views")
    assert view == {"time": -1, "bot": "crawler", "excluded": 1}


@pytest.mark.parametrize("end", ["least", "most"])
def test_whatever_the_wire_format_accepts_fits_the_tables(store: Store, end: str) -> None:
    """A value that the wire format accepts and a column does not would block a whole segment."""
    most = end == "most"
    px, size, fraction = (40_000_000 if most else -40_000_000), (40_000_000 if most else 0), (10_000 if most else 0)
    lasts = 86_400_000 if most else 0
    batch = {
        "v": 1,
        "view": "-_" * 12,
        "seq": 100_000 if most else 0,
        "sent": 4_102_444_800_000 if most else 0,
        "t0": 4_102_444_800_000 if most else 0,
        "ctx": {"url": "é\x00\U0001f4a1" * 500, "vw": 20_000 if most else 1, "vh": 20_000 if most else 1}
        | {"pw": size, "ph": size, "dpr": 16 if most else 1e-300, "lang": "x" * 35 if most else "", "consent": most}
        | {"tz": 900 if most else -900, "touch": most, "variants": {"a.b:c-d_": "x" * 64} if most else {}},
        "sum": {
            "ms": lasts,
            "clicks": 1_000_000 if most else 0,
            "cut": 10_000_000 if most else 0,
            "fake": 1_000_000 if most else 0,
            "err": 1_000_000 if most else 0,
        },
        "el": {"p": ['"\\\x00\U0001f4a1' * 100 if most else "a"], "f": ["-_" * 27 if most else ".." * 11]},
        "click": {"t": [lasts], "e": [0], "x": [fraction], "y": [fraction], "w": [size], "h": [size], "px": [px]}
        | {
            "py": [px],
            "b": [4 if most else 0],
            "k": [255 if most else 0],
            "r": [8 if most else 0],
            "d": [255 if most else 0],
        },
        "hover": {"e": [0], "c": [63 if most else 0], "d": [lasts], "w": [size], "h": [size], "px": [px], "py": [px]},
        "scroll": {"e": 0, "y": fraction, "depth": size, "ph": size, "bands": [lasts] * 20},
        "resize": {"t": [lasts], "w": [20_000 if most else 1], "h": [20_000 if most else 1]},
        "custom": {"t": [0, 0, 0], "n": ["\x00"] * 3, "v": [1e12 if most else -1e12, 5e-324, None]},
        "input": {"t": [lasts], "e": [0], "d": [lasts // 10], "n": [65_535 if most else 0], "k": [255 if most else 0]},
        "submit": {"t": [lasts], "e": [0]},
        "error": {"t": [lasts], "e": [0], "h": ["-_"], "n": ["\x00" * 64 if most else ""]},
    }
    accepted = wire.encode(wire.decode(json.dumps(batch).encode()))
    x = json.dumps(enrichment(shift=-86_400_000 if most else 86_400_000)).encode()
    store.insert_segment(b'{"r":0,"x":%b,"b":%b}' % (x, accepted), end)
    [click] = store.rows("SELECT * FROM points WHERE kind = 'click'")
    assert (click["page_x"], click["box_w"], click["fx"]) == (px, size, fraction)
    assert click["effect_ms"] == (2_550 if most else 0)
    [element] = store.rows("SELECT path, fp FROM elements")
    assert element == {"path": batch["el"]["p"][0], "fp": batch["el"]["f"][0]}
    assert [row["value"] for row in store.rows("SELECT value FROM events WHERE kind = 'custom'")] == batch["custom"][
        "v"
    ]


def test_the_same_token_is_stored_once_in_every_table(either: Store) -> None:
    segment = b"".join(line(view=f"{n:024d}") for n in range(500))
    either.insert_segment(segment, "one")
    once = counts(either)
    assert once == {"views": 500, "points": 1500, "scrolls": 500, "events": 1500, "touches": 500, "elements": 2}
    either.insert_segment(segment, "one")
    assert counts(either) == once
    # Two segments that happen to be equal are both kept, because their names differ.
    either.insert_segment(segment, "two")
    assert counts(either) == {table: 2 * count for table, count in once.items()}


def test_a_large_segment_is_one_block(store: Store) -> None:
    """70,000 views and 210,000 points: more than the engine's default block in every table."""
    segment = b"".join(line(view=f"{n:024d}", resize=None, custom=None) for n in range(70_000))
    store.insert_segment(segment, "large")
    parts = store.rows(
        "SELECT table, count() AS parts FROM system.parts WHERE active AND database = {db:String} "
        "AND table IN ('views', 'scrolls', 'touches', 'elements') GROUP BY table",
        db=store.database,
    )
    assert {row["table"]: row["parts"] for row in parts} == {"views": 1, "scrolls": 1, "touches": 1, "elements": 1}
    once = counts(store)
    assert once["points"] == 210_000
    store.insert_segment(segment, "large")
    assert counts(store) == once


def test_a_bad_line_stores_nothing_and_is_reported_by_number(either: Store) -> None:
    cut, text, fraction = b'{"r":1,"b":{"view":\n', b'{"r":"soon"}\n', b'{"r":1,"b":{"click":{"t":[1.5]}}}\n'
    for bad in (cut, text, fraction, b"not json\n"):
        with pytest.raises(BadLine, match="Segment torn") as caught:
            either.insert_segment(line() + line(seq=1) + bad + line(seq=2), "torn")
        assert caught.value.row == 3
        assert set(counts(either).values()) == {0}
    # The name can be used again: the segment without its bad line is stored under it.
    either.insert_segment(line() + line(seq=1) + line(seq=2), "torn")
    assert counts(either)["points"] == 9


def test_an_empty_segment_is_ignored(store: Store) -> None:
    store.insert_segment(b"\n", "empty")
    assert set(counts(store).values()) == {0}


def test_a_token_is_remembered_after_the_process_ends(tmp_path: Path) -> None:
    """Three successive processes insert the same segment into one folder."""
    (tmp_path / "segment").write_bytes(b"".join(line(view=f"{n:024d}") for n in range(20)))
    program = (
        "import sys; from store.client import open_store; from store.migrations import migrate\n"
        "from tests.store.test_landing import counts\n"
        "store = open_store(sys.argv[1] + '/data'); migrate(store)\n"
        "store.insert_segment(open(sys.argv[1] + '/segment', 'rb').read(), 'same')\n"
        "print(counts(store)); store.close()"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(3)
    ]
    assert "'points': 60" in told[0]
    assert len(set(told)) == 1


EVENTS = ("custom", "resize", "input", "submit", "error")


def test_every_example_batch_of_the_tracker_is_stored(store: Store) -> None:
    accepted = json.loads(EXAMPLES.read_text("utf-8"))["accepted"]
    assert accepted
    for number, example in enumerate(accepted):
        batch = example["body"]
        before = counts(store)
        sent = json.dumps({"r": batch["sent"], "x": enrichment(), "b": batch}).encode()
        store.insert_segment(sent, f"example {number}")
        made = {table: count - before[table] for table, count in counts(store).items()}
        kinds = {kind: batch.get(kind) or {} for kind in ("click", "hover", "el", *EVENTS)}
        assert made == {
            "views": 1,
            "points": len(kinds["click"].get("t", [])) + len(kinds["hover"].get("e", [])),
            "scrolls": int(bool(batch.get("scroll"))),
            "events": sum(len(kinds[kind].get("t", [])) for kind in EVENTS),
            "touches": int(batch["seq"] == 0),
            "elements": len(kinds["el"].get("p", [])),
        }


def test_open_store_and_migrate_are_enough(engine_folder: Path) -> None:
    store = open_store(engine_folder, database="enough")
    migrate(store)
    store.insert_segment(line(), "s")
    assert counts(store)["points"] == len(body()["click"]["t"]) + len(body()["hover"]["e"])
    store.command("DROP DATABASE enough SYNC")
    store.close()
