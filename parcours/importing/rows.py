"""Rows of a file: CSV, NDJSON, JSON (each also as `.gz`) or Parquet. A line that cannot be read becomes a `Bad`."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
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
        return _names(path, _text(raw).readline())[0]


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


def _names(path: Path, header: str) -> tuple[list[str], str]:
    """The column names and the delimiter."""
    header = header.removeprefix("\ufeff")
    if "\0" in header or _broken([header]):
        raise UnreadableFile(f"{path.name} is not text in UTF-8: save it again as CSV UTF-8.")
    delimiter = max(DELIMITERS, key=header.count)
    try:
        names = next(csv.reader([header], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise UnreadableFile(f"{path.name}: the first line should name the columns, but is not CSV: {error}") from None
    if not any(names):
        raise UnreadableFile(f"{path.name} is empty: its first line names the columns.")
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    if twice:
        raise UnreadableFile(f"{path.name}: two columns have the name {twice[0][:60]!r}; rename one.")
    return names, delimiter


def _csv(path: Path) -> Iterator[Read]:
    with _opened(path) as raw:
        text = _text(raw)
        names, delimiter = _names(path, text.readline())
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Bad(reader.line_num + 1, f"This is not CSV: {error}")
                continue
            line = reader.line_num + 1
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
        found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), [found])
    if not isinstance(found, list):
        raise UnreadableFile(f"{path.name} holds no list of objects.")
    for place, row in enumerate(found, 1):
        yield (place, row) if isinstance(row, dict) else Bad(place, "This is not an object.", row)


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
