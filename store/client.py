"""Access to ClickHouse: a folder (embedded chDB) or a server, with the same calls.

`open_store` accepts either and returns a `Store`. A client serves one call at a time and is kept for the next, so that
any thread may call.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.connecting import folder_connector, server_connector, why_not_opened
from store.durable import sync_folder
from store.engine import FreedMemory
from store.errors import BadLine, DiskFull, StoreAway, StoreBusy, StoreError, StoreNewer, explained
from store.priority import in_lowered_thread
from store.reading import bound, numpy_columns, plain_rows
from store.runs import current_run

__all__ = ["BadLine", "DiskFull", "Store", "StoreAway", "StoreBusy", "StoreError", "StoreNewer", "open_store"]

log = logging.getLogger("parcours.store")
MAX_IDLE = 8  # clients kept for the next call
_GLOB = re.compile(r"[*?{}]")  # not allowed in a path given to the engine: it would match other files
_ALL = 1 << 40  # rows or bytes: larger than any segment

# An insert is one block: the token covers a block, so a segment split in two could be stored in half.
_ONE_BLOCK: dict[str, object] = {
    "async_insert": 0,
    "max_insert_block_size": _ALL,
    "max_block_size": 1 << 22,
    "min_insert_block_size_rows": _ALL,
    "min_insert_block_size_bytes": _ALL,
    "min_insert_block_size_rows_for_materialized_views": _ALL,
    "min_insert_block_size_bytes_for_materialized_views": _ALL,
    "max_insert_threads": 1,
    "max_partitions_per_insert_block": 0,
    "deduplicate_blocks_in_dependent_materialized_views": 1,
    "distributed_foreground_insert": 1,
}
_SEGMENT: dict[str, object] = _ONE_BLOCK | {
    "input_format_parallel_parsing": 0,
    "input_format_skip_unknown_fields": 1,
    "input_format_json_ignore_unknown_keys_in_named_tuple": 1,
    "input_format_json_defaults_for_missing_elements_in_named_tuple": 1,
    "input_format_null_as_default": 1,
    "input_format_allow_errors_num": 0,
}


class Store:
    """Tables of one database. Safe to use from any thread; all methods raise StoreError."""

    def __init__(self, location: str, *, server: bool, cluster: str, database: str, connect: Callable[[], Any]) -> None:
        self.location = location
        self.server = server
        self.cluster = cluster
        self.database = database
        self._connect = connect
        self._idle: list[Any] = []
        self._freed = None if server else FreedMemory()
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def _client(self, doing: str, *, segment: bool = False) -> Iterator[Any]:
        with self._lock:
            if self._closed:
                raise StoreError(f"{doing}: the store in {self.location} is closed")
            client = self._idle.pop() if self._idle else None
        complete = False
        try:
            client = client or self._connect()
            yield client
            if self._freed:
                self._freed.release(client)
            complete = True
        except Exception as error:
            raise explained(error, doing, self.location, segment=segment) from error
        finally:
            with self._lock:
                # chDB (26.9) returns the partial rows of a query that failed to the next query of the same client.
                keep = complete and not self._closed and len(self._idle) < MAX_IDLE
                if keep:
                    self._idle.append(client)
            if client is not None and not keep:
                client.close()

    def columns(self, sql: str, /, **params: object) -> dict[str, NDArray[Any]]:
        """Column name → numpy array.

        Numbers keep their type; DateTime64(3) → int64 ms since 1970; Date → datetime64[D];
        strings, maps (dict), arrays (list) and nullables → object.
        """
        settings = self._query_settings()
        with self._client("A query") as client:
            return numpy_columns(client, sql, params, settings)

    def rows(self, sql: str, /, **params: object) -> list[dict[str, Any]]:
        """One dict a row, of plain Python values; DateTime64(3) as int ms, Date as datetime.date."""
        settings = self._query_settings()
        with self._client("A query") as client:
            return plain_rows(client, sql, params, settings)

    def blob(self, sql: str, /, **params: object) -> bytes:
        """The bytes of a query with one column; b"" when it has no row."""
        return self.formatted(sql, "RawBLOB", **params)

    def formatted(self, sql: str, form: str, /, **params: object) -> bytes:
        """The result of a query in one of ClickHouse's output formats (CSVWithNames, JSONEachRow …)."""
        settings = self._query_settings()
        with self._client("A query") as client:
            return bytes(client.raw_query(sql, parameters=bound(params), settings=settings, fmt=form))

    def kill(self, mark: str) -> None:
        """End the queries of the run with this mark (store/runs.py), on every server of a cluster. Never raises."""
        on_cluster = f" ON CLUSTER `{self.cluster}`" if self.cluster else ""
        try:
            self.command(f"KILL QUERY{on_cluster} WHERE Settings['log_comment'] = {{mark:String}} ASYNC", mark=mark)
        except StoreError as error:
            log.warning("an abandoned query could not be cancelled: %s", error)

    def _query_settings(self) -> dict[str, object]:
        """The limits of the run that this thread works for. QueryCancelled or QueryTooLong if it must not query."""
        run = current_run()
        return run.settings(self) if run else {}

    def command(self, sql: str, /, **params: object) -> object:
        """Run a statement that is not an insert; its result, if it has one."""
        with self._client("A command") as client:
            answer: object = client.command(sql, parameters=bound(params) or None)
            return answer

    def drop(self, table: str) -> None:
        """Drop a table in memory, if it exists, and return its memory to the system."""
        with self._client("A command") as client:
            client.command(f"DROP TABLE IF EXISTS {table}")
            if self._freed:
                self._freed.release(client, dropped=True)

    def fill(self, table: str, sql: str, /, **params: object) -> None:
        """Insert the result of a query into a table, within the limits of the query."""
        settings = self._query_settings()
        with self._client("A query") as client:
            client.command(f"INSERT INTO {table} {sql}", parameters=bound(params) or None, settings=settings)

    def insert(self, table: str, columns: Mapping[str, Sequence[Any]], token: str | None = None) -> None:
        """Columns of equal length into `table` as one block, times as int ms since 1970.

        Bytes fit a String column. A `token` names the content: the second insert with it
        does nothing. Without one, two identical blocks are both kept.
        """
        data = [column.tolist() if isinstance(column, np.ndarray) else list(column) for column in columns.values()]
        if not data or not data[0]:
            return
        # Without a token the engine would compare hashes and drop a second identical block as a repeat.
        settings = _ONE_BLOCK | {"insert_deduplication_token": token or uuid.uuid4().hex}
        with self._client(f"Writing to {table}") as client:
            client.insert(table, data, column_names=list(columns), column_oriented=True, settings=settings)

    def insert_segment(self, lines: bytes | Path, token: str) -> None:
        """Insert JSON lines `{"r":ms,"x":{…},"b":<batch>}`, or a file of them, into `landing`: all of them or none.

        Lines with a token that was stored already are not stored again. BadLine when a line does not parse. In a
        folder, the rows are on the disk when this returns.
        """
        if isinstance(lines, bytes) and not lines.strip():
            return
        settings = _SEGMENT | {"insert_deduplication_token": token}
        with self._client(f"Segment {token}", segment=True) as client:
            if isinstance(lines, bytes):
                client.raw_insert("landing", insert_block=lines, fmt="JSONEachRow", settings=settings)
            elif self.server or _GLOB.search(place := os.path.realpath(lines)):
                with lines.open("rb") as file:
                    client.raw_insert("landing", insert_block=file, fmt="JSONEachRow", settings=settings)
            else:  # the engine reads the file itself, so that nothing of it passes through Python
                clause = ", ".join(f"{name} = {_quoted(str(value))}" for name, value in settings.items())
                client.command(f"INSERT INTO landing FROM INFILE {_quoted(place)} SETTINGS {clause} FORMAT JSONEachRow")
            self.sync()

    def sync(self) -> None:
        """Put everything in a folder on its disk; a server does that by its own settings."""
        if not self.server:
            sync_folder(self.location)

    def close(self) -> None:
        """Release the folder or server; a call in progress does so when it ends."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()


def _quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def open_store(location: str | os.PathLike[str], *, cluster: str = "", database: str = "") -> Store:
    """The store in a folder, or on a server (`clickhouse://user:pw@host:port/db`, `http(s)://…`).

    `database` is created when it is missing; store.migrations.migrate creates the tables.
    StoreBusy when another process holds the folder, StoreAway when the server does not answer.
    """
    address = os.fspath(location)
    server = "://" in address
    if server:
        shown, database, connect = server_connector(address, database)
    else:
        if cluster:
            raise StoreError("A cluster needs a server's address: a folder belongs to one machine")
        shown, database, connect = folder_connector(address, database)
    if not re.fullmatch(r"[\w\-]{1,64}", database) or not re.fullmatch(r"[\w\-{}]{0,64}", cluster):
        raise StoreError(f"Database {database!r} or cluster {cluster!r} may hold only letters, digits, _ and -")
    try:
        first = connect("default") if server else in_lowered_thread(lambda: connect(""))
    except Exception as error:
        raise why_not_opened(error, shown, server=server) from error
    try:
        if not first.command("SELECT count() FROM system.databases WHERE name = {name:String}", {"name": database}):
            on_cluster = f" ON CLUSTER `{cluster}`" if cluster else ""
            first.command(f"CREATE DATABASE IF NOT EXISTS `{database}`{on_cluster}")
        store = Store(shown, server=server, cluster=cluster, database=database, connect=lambda: connect(database))
        store.command("SELECT 1")  # the folder stays locked from here: an idle client holds it
    except Exception as error:
        raise explained(error, f"Opening database {database}", shown) from error
    finally:
        first.close()
    return store
