"""How a client is made: for a folder with the embedded engine, or for a server.

Each connector returns the location as shown in messages, the database, and a function from a database's name to a new
client.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from store import engine
from store.errors import StoreBusy, StoreError, explained

DATABASE = "parcours"


def server_connector(address: str, database: str) -> tuple[str, str, Callable[[str], Any]]:
    import clickhouse_connect

    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise StoreError(f"The address of the ClickHouse server cannot be read: {error}") from None
    if parts.scheme not in ("clickhouse", "clickhouses", "http", "https") or not parts.hostname:
        raise StoreError(
            f"{parts.scheme}://… is not the address of a ClickHouse server: write clickhouse://user:password@host:port/database"
        )
    secure = parts.scheme in ("clickhouses", "https") or "secure=true" in parts.query.lower()
    host, port = parts.hostname, port or (8443 if secure else 8123)
    database = database or unquote(parts.path.strip("/")) or DATABASE

    def connect(name: str) -> Any:
        return clickhouse_connect.get_client(
            interface="https" if secure else "http",
            host=host,
            port=port,
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            database=name,
            autogenerate_session_id=False,  # no state between calls, so any replica may answer
            connect_timeout=5,
        )

    return f"clickhouse://{host}:{port}/{database}", database, connect


def folder_connector(path: str, database: str) -> tuple[str, str, Callable[[str], Any]]:
    try:
        engine.load()  # a clearer message than that of an import deep in the client
    except ImportError as error:
        raise StoreError(
            "A folder needs the embedded engine: pip install 'parcours[embedded]', or use a server's address"
        ) from error
    folder = os.path.realpath(path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} cannot be created: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"The folder {folder} is not writable for this user")

    return folder, database or DATABASE, partial(engine.connect, folder)


def why_not_opened(error: Exception, location: str, *, server: bool) -> StoreError:
    text = str(error)
    if "different path" in text:
        return StoreError(
            f"{location} cannot be opened: this process has already opened another folder, and can open only one"
        )
    if not server and "EmbeddedServer" in text:
        return StoreBusy(
            f"{location} is in use by another process (a running `parcours serve`?). "
            "Stop that process, or choose another folder with --data."
        )
    return explained(error, "Opening", location)
