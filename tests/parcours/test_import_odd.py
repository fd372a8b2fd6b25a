"""`parcours import` on files that are no such files: told in words, never a traceback, never half a guess."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from parcours.cli import cli
from parcours.importing import mapping, matomo, posthog
from parcours.importing.checking import Findings, ServerLimits, examine
from parcours.importing.items import Source
from parcours.importing.progress import ImportProgress
from parcours.importing.rows import UnreadableFile, digest_of, rows_of

UTC = ZoneInfo("UTC")
LIMITS = ServerLimits(1_796_000_000_000)  # a few days after the examples
ROW = b"order,2026-11-20T10:00:00Z,5\n"
GOOD = b"name,time,value\n" + ROW
PACKED = gzip.compress(b"name,time\n" + b"".join(b"order,%d\n" % second for second in range(5_000)))
DAMAGED = PACKED[:60] + b"\xff" * 20 + PACKED[80:]
NINES = b"9" * 400
ODD = {
    "cr.csv": GOOD.replace(b"\n", b"\r"),
    "crlf.csv": GOOD.replace(b"\n", b"\r\n"),
    "bom.csv": b"\xef\xbb\xbf" + GOOD,
    "bom.ndjson": b'\xef\xbb\xbf{"name":"order"}\n',
    "bom.json": b'\xef\xbb\xbf[{"name":"order"}]',
}
UNREADABLE = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n\n\n", "is empty"),
    "commas.csv": (b",,,\n", "is empty"),
    "utf16.csv": (GOOD.decode().encode("utf-16"), "UTF-8"),
    "utf16le.csv": (GOOD.decode().encode("utf-16-le"), "UTF-8"),
    "binary.csv": (bytes(range(256)) * 100, "UTF-8"),
    "long.csv": (b"x" * 10_000_000, "first line"),
    "open.csv": (b'"name,time\n' + ROW, "first line"),
    "twice.csv": (b"name,name,time\na,b,2026-11-20\n", "two columns have the name 'name'"),
    "empty.json": (b"", "is not JSON"),
    "number.json": (b"5", "no list of objects"),
    "null.json": (b"null", "no list of objects"),
    "text.json": (b'"abc"', "no list of objects"),
    "deep.json": (b"[" * 200_000, "is not JSON"),
    "table.parquet": (GOOD, "the engine cannot read it"),
    "empty.parquet": (b"", "the engine cannot read it"),
    "plain.csv.gz": (GOOD, "not a complete gzip file"),
    "cut.csv.gz": (PACKED[:-20], "not a complete gzip file"),
    "sum.csv.gz": (PACKED[:-8] + b"12345678", "not a complete gzip file"),
    "middle.csv.gz": (DAMAGED, "not a complete gzip file"),
    "table.xlsx": (b"PK", "the extension must be"),
    "table": (GOOD, "the extension must be"),
}
BAD_LINES = {
    "null.csv": (GOOD + b"a\0b,2026-11-20,5,\n", 1),
    "field.csv": (GOOD + b"x" * 10_000_000 + b",2026-11-20,5\n" + ROW, 1),
    "numbers.csv": (b"name,time,value\no,1e400,1\no,2026-11-20,1e400\no," + NINES + b",1\no,,nan\n", 4),
    "numbers.ndjson": (
        b"\n".join([
            b'{"name":"a","value":' + NINES + b"}", b'{"name":"a","time":' + NINES + b"}", b'{"name":' + NINES + b"}",
            b'{"name":"a","value":1e999}', b'{"name":"a","value":NaN}', b'{"name":"a","value":{}}', b'{"name":true}',
        ]), 7,
    ),
    "letters.ndjson": (b'{"name":"\\ud800"}\n\xff\xfe\n{"name":"' + b"x" * 10_000_000 + b'"}\n', 3),
    "deep.ndjson": (b'{"a":' * 20_000 + b'\n{"name":', 2),
    "list.ndjson": (b'[{"name":"a"},{"name":"b"}]\n', 1),
    "list.json": (b'[1,null,"a",{}]', 4),
}  # fmt: skip


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    monkeypatch.setenv("PARCOURS_DATA", str(tmp_path / "data"))
    return CliRunner()


def dry_run(runner: CliRunner, path: Path, *options: str) -> Result:
    return runner.invoke(cli, ["import", "Shop", str(path), "--dry-run", *options])


def sources(path: Path) -> Iterator[Source]:
    """As each of the three readers takes it."""
    yield mapping.events(rows_of(path), {}, {}, UTC)
    yield posthog.items(rows_of(path), posthog.heights_of(rows_of(path)), {}, UTC)
    yield matomo.items(rows_of(path), UTC)


@pytest.mark.parametrize("name", ODD)
def test_other_notations_give_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(ODD[name])
    found: Findings = examine(next(sources(path)).items, LIMITS)
    assert (found.events, found.refused) == (1, 0)


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_reported_before_anything_is_sent(runner: CliRunner, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(UNREADABLE[name][0])
    for origin in ("table", "posthog", "matomo"):
        result = dry_run(runner, path, "--from", origin)
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit), result.exception
        assert UNREADABLE[name][1] in result.output
        assert name in result.output


@pytest.mark.parametrize("name", BAD_LINES)
def test_invalid_lines_are_counted(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content, bad = BAD_LINES[name]
    path.write_bytes(content)
    for source in sources(path):
        found = examine(source.items, LIMITS)
        assert found.refused >= bad, found.bad
        assert all(len(no.message) < 1_000 for no in found.bad)


def test_a_missing_column_is_reported(runner: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(GOOD)
    result = dry_run(runner, path, "--map", "time=ocurred_at")
    assert result.exit_code == 1
    assert "orders.csv has no column 'ocurred_at'; it has name, time, value." in result.output


def test_a_missing_or_protected_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for ask in (digest_of, lambda path: list(rows_of(path))):
        with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
            ask(tmp_path / "orders.csv")
        with pytest.raises(UnreadableFile, match="cannot be read: Is a directory"):
            ask(tmp_path / "folder.csv")


@pytest.mark.parametrize("note", [b"", b"[]", b"5", b"{}", b'{"asked":{},"done":"a"}', b"\xff\xfe", b'{"asked":null}'])
def test_a_damaged_note_starts_the_import_again(tmp_path: Path, note: bytes) -> None:
    path = tmp_path / "orders.csv.import.json"
    path.write_bytes(note)
    assert ImportProgress.read(path, {"file": "d"}) == ImportProgress({"file": "d"})
