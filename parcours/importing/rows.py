"""Rows of a file: CSV, NDJSON, JSON (each also as `.gz`) or Parquet. A line that cannot be read becomes a `Bad`."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec

from parcours.importing.items import Bad, Row

FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
DELIMITERS = ",;\t|"
_LISTS = ("results", "events", "visits")  # keys under which API responses keep their rows
_BLOCK = 1 << 20
_MAX_HEADER = 1 << 17  # letters of the line that names the columns
_MAX_CELL = 1 << 26  # letters; the properties of one event of PostHog can hold thousands of points
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*')  # a first line that Excel writes and reads
_PERIOD = re.compile(r"[\d,\-]+")  # a key of Matomo's answers for several days or sites


class UnreadableFile(Exception):
    """The file cannot be read at all; `str()` says why and what to do."""


Read = tuple[int, Row] | Bad


def format_of(path: Path) -> str:
    """By the file extension. Raises UnreadableFile for an unknown one."""
    extension = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    try:
        return FORMATS[extension.lower()]
    except KeyError:
        raise UnreadableFile(
            f"{path.name}: the extension must be one of {' '.join(FORMATS)} (.gz may follow)."
        ) from None


def digest_of(path: Path) -> str:
    """SHA-256 of the stored bytes, hex. Raises UnreadableFile if the file cannot be read to its end."""
    with _readable_errors(path):
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                while packed.read(_BLOCK):  # finds damage before the first line is sent
                    pass
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def rows_of(path: Path) -> Iterator[Read]:
    """(line, row) in file order. Raises UnreadableFile if the file does not match its extension."""
    with _readable_errors(path):
        yield from {"csv": _csv, "ndjson": _ndjson, "json": _json, "parquet": _parquet}[format_of(path)](path)


def columns_of(path: Path) -> list[str] | None:
    """The column names in the first line; None for formats whose rows have field names. Raises UnreadableFile."""
    if format_of(path) != "csv":
        return None
    with _readable_errors(path), _opened(path) as raw:
        return _names(path, _text(raw))[0]


@contextmanager
def _readable_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFile(f"{path.name} is not a complete gzip file: {error}") from None
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}") from None


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _text(raw: IO[bytes]) -> io.TextIOWrapper:
    # Bytes that are not UTF-8 become surrogates, so that only their line is rejected.
    return io.TextIOWrapper(raw, "utf-8", "surrogateescape", newline="")


def _names(path: Path, text: io.TextIOWrapper) -> tuple[list[str], str, int]:
    """The column names, the delimiter, and the number of lines read: two if the first one is `sep=;`."""
    header = text.readline().removeprefix("\ufeff")
    separator = _SEPARATOR.fullmatch(header)
    if separator:
        header = text.readline()
    if "\0" in header or _broken([header]):
        raise UnreadableFile(f"{path.name} is not text in UTF-8: save it again as CSV UTF-8.")
    delimiter = separator[1] if separator else max(DELIMITERS, key=header.count)
    try:
        if len(header) > _MAX_HEADER:
            raise csv.Error(f"it has more than {_MAX_HEADER} letters")
        names = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise UnreadableFile(f"{path.name}: the first line should name the columns, but is not CSV: {error}") from None
    if not any(names):
        raise UnreadableFile(f"{path.name} is empty: its first line names the columns.")
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    if twice:
        raise UnreadableFile(f"{path.name}: two columns have the name {twice[0][:60]!r}; rename one.")
    return names, delimiter, 2 if separator else 1


def _csv(path: Path) -> Iterator[Read]:
    with _opened(path) as raw:
        text = _text(raw)
        names, delimiter, before = _names(path, text)
        csv.field_size_limit(_MAX_CELL)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Bad(reader.line_num + before, f"This is not CSV: {error}")
                continue
            line = reader.line_num + before
            if not cells:
                continue
            if len(cells) != len(names):
                yield Bad(line, f"{len(cells)} columns where the first line names {len(names)}", cells)
            elif not "".join(cells).isprintable() and _broken(cells):
                yield Bad(line, "The line is not UTF-8.")
            else:
                yield line, {name: cell for name, cell in zip(names, cells, strict=True) if cell != ""}


def _broken(cells: list[str]) -> bool:
    return any("\ud800" <= letter <= "\udfff" for cell in cells for letter in cell)


def _ndjson(path: Path) -> Iterator[Read]:
    with _opened(path) as raw:
        for line, text in enumerate(raw, 1):
            text = text.removeprefix(codecs.BOM_UTF8) if line == 1 else text
            if text.strip():
                yield _object(line, text)


def _object(line: int, text: bytes) -> Read:
    try:
        row = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Bad(line, f"This is not JSON: {error}")
    return (line, row) if isinstance(row, dict) else Bad(line, "This is not an object.", row)


def _json(path: Path) -> Iterator[Read]:
    """A list of objects, or an object that holds one. Read as a whole, so it has to fit into memory."""
    with _opened(path) as raw:
        try:
            found: Any = msgspec.json.decode(raw.read().removeprefix(codecs.BOM_UTF8))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableFile(
                f"{path.name} is not JSON: {error}. Is it one object per line? Name it .ndjson."
            ) from None
    if isinstance(found, dict):
        found = _list_in(found)
    if not isinstance(found, list):
        raise UnreadableFile(f"{path.name} holds no list of objects.")
    for place, row in enumerate(found, 1):
        yield (place, row) if isinstance(row, dict) else Bad(place, "This is not an object.", row)


def _list_in(answer: Row) -> list[Any]:
    """The rows in an answer of an API: a list under a known name, a table, or a list for each day or site."""
    name = next((name for name in _LISTS if isinstance(answer.get(name), list)), None)
    if name is not None:
        rows: list[Any] = answer[name]
        columns = answer.get("columns")
        if isinstance(columns, list) and all(isinstance(column, str) for column in columns):
            return [_of_columns(columns, row) for row in rows]
        return rows
    if answer and all(_PERIOD.fullmatch(key) for key in answer):
        by_period = [_list_in(part) if isinstance(part, dict) else part for part in answer.values()]
        if all(isinstance(part, list) for part in by_period):
            return [row for part in by_period for row in part]
    return [answer]


def _of_columns(columns: list[str], cells: Any) -> Any:
    """An object from a row of PostHog's query API; its column `*` holds a whole event."""
    if not isinstance(cells, list) or len(cells) != len(columns):
        return cells  # reported as a row that is not an object
    row = dict(zip(columns, cells, strict=True))
    whole = row.pop("*", None)
    return whole | row if isinstance(whole, dict) else row


def _parquet(path: Path) -> Iterator[Read]:
    """Read by the engine in a separate process: one process cannot open two engine folders."""
    command = [sys.executable, "-m", "parcours.importing.parquet", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        try:
            for line, text in enumerate(reader.stdout, 1):
                yield _object(line, text)
            error = reader.stderr.read().decode("utf-8", "replace").strip()
            if reader.wait():
                raise UnreadableFile(f"{path.name}: {error.splitlines()[-1] if error else 'it cannot be read'}")
        finally:
            reader.kill()


def as_line(row: object) -> str:
    """A row as one line of JSON; values that JSON lacks become text."""
    return json.dumps(row, default=str)
