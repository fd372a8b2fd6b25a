"""Ids of what is imported, made from what a row is and not from its place in a file.

Exports overlap, are split by hour or by page of an API, and are made again with more rows: the same row has to get
the same id in all of them.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3


def row_id(*parts: object) -> str:
    """The id of an event: 32 letters, identical for identical parts."""
    return _digest(b"row", parts, 16).hex()


def view_id(*parts: object) -> str:
    """A view id of 24 characters, as a tracker makes them: identical for identical parts."""
    return base64.urlsafe_b64encode(_digest(b"import", parts, 18)).decode()


def _digest(purpose: bytes, parts: tuple[object, ...], size: int) -> bytes:
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=size, person=purpose).digest()


class Occurrences:
    """How often the same content came before in one file: two equal rows without an id are two events.

    The counts are in a temporary file that SQLite deletes by itself, so that a file of any length can be read.
    """

    def __init__(self) -> None:
        self._counts = sqlite3.connect("", isolation_level=None)
        self._counts.execute("PRAGMA journal_mode = OFF")
        self._counts.execute("BEGIN")  # one transaction for the whole file
        self._counts.execute("CREATE TABLE seen (content BLOB PRIMARY KEY, times INTEGER) WITHOUT ROWID")

    def number(self, *content: object) -> int:
        """0 for the first row with this content, 1 for the second, and so on."""
        sql = "INSERT INTO seen VALUES (?, 0) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times"
        ((times,),) = self._counts.execute(sql, (_digest(b"count", content, 12),)).fetchall()
        return int(times)
