"""Errors of the store, with messages for people."""

from __future__ import annotations

import re
from collections.abc import Callable

_NO_UPSTREAM = re.compile(r"HTTP status 50[234]\b")  # of a proxy in front of the server, as the driver reports it
_CODE = re.compile(r"Code: (\d+)")
_ROW = re.compile(r"\(at row (\d+)\)")
_NO_SPACE = {243}  # NOT_ENOUGH_SPACE
# SOCKET_TIMEOUT, NETWORK_ERROR, TABLE_IS_READ_ONLY, ALL_CONNECTION_TRIES_FAILED, TIMEOUT_EXCEEDED of a quorum,
# KEEPER_EXCEPTION: the server, or a service it depends on, is unavailable at the moment.
_AWAY = {209, 210, 242, 279, 319, 999}


class StoreError(Exception):
    """The store could not do what it was asked. The message says what, where and what to do."""


class StoreBusy(StoreError):
    """Another process holds the folder."""


class StoreNewer(StoreError):
    """The tables were made by a newer version of Parcours."""


class StoreAway(StoreError):
    """The ClickHouse server does not answer: try again later."""


class DiskFull(StoreError):
    """No space is left where the store writes."""


class QueryTooLong(StoreError):
    """A query, or all queries of one answer together, took longer than they may."""

    def __init__(self) -> None:
        super().__init__("The question takes longer to answer than is allowed.")


class QueryTooLarge(StoreError):
    """A query needs more memory than it may use."""

    def __init__(self) -> None:
        super().__init__("The question needs more memory than is allowed.")


class QueryCancelled(StoreError):
    """Nobody waits for the answer any longer, or Parcours is stopping."""

    def __init__(self) -> None:
        super().__init__("The question was cancelled.")


class BadLine(StoreError):
    """`landing` does not accept a line of a segment; nothing of the segment was stored.

    `row` is its number from 1, or 0 when the engine did not say.
    """

    def __init__(self, message: str, row: int = 0) -> None:
        super().__init__(message)
        self.row = row


# TIMEOUT_EXCEEDED, MEMORY_LIMIT_EXCEEDED, QUERY_WAS_CANCELLED
_BOUNDS: dict[int, Callable[[], StoreError]] = {159: QueryTooLong, 241: QueryTooLarge, 394: QueryCancelled}


def _shortened(text: str) -> str:
    """The engine's message without its stack of causes and version, at most 400 characters."""
    text = re.sub(r"^(?:.*?DB::Exception: )+", "", text.strip(), flags=re.S)
    return re.sub(r"\s+", " ", text.split("(version ")[0])[:400].strip()


def explained(error: Exception, doing: str, location: str, *, segment: bool = False) -> StoreError:
    """The StoreError for an `error` of the client that happened while `doing` something."""
    if isinstance(error, StoreError):
        return error
    text = str(error)
    found = _CODE.search(text)
    code = int(found[1]) if found else 0
    if code in _NO_SPACE or "No space left on device" in text:
        return DiskFull(f"{doing} in {location}: the disk is full. Free some space and try again.")
    lost = type(error).__name__ in ("OperationalError", "TimeoutError", "ConnectionError") or _NO_UPSTREAM.search(text)
    if code in _AWAY or (not code and lost):
        return StoreAway(f"{doing}: {location} does not answer ({_shortened(text)[:200]}). Is the server running?")
    if code in _BOUNDS and not segment:
        return _BOUNDS[code]()
    row = _ROW.search(text)
    if segment and (row or "JSONEachRow" in text):
        return BadLine(f"{doing} in {location}: {_shortened(text)}", int(row[1]) if row else 0)
    return StoreError(f"{doing} in {location}: {_shortened(text) or type(error).__name__}")
