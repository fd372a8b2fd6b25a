"""How a client is made: for a folder with the embedded engine, or for a server.

Each connector returns the location as shown in messages, the database, and a function from a database's name to a new
client.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

from store import engine
from store.errors import StoreBusy, StoreError, explained

DATABASE = "parcours"
SCHEMES = {"clickhouse": False, "clickhouses": True, "http": False, "https": True}  # → TLS
SERVER_FORM = "clickhouse://user:password@host:8123/database"
_ENCODED = re.compile(r"(?:[^%/?#\[\]@]|%[0-9A-Fa-f]{2})*")  # user and password as in a URL (RFC 3986, 3.2.1)


@dataclass(frozen=True)
class ServerAddress:
    """`clickhouse://user:password@host:port/database`, or http, https, clickhouses (TLS)."""

    host: str
    port: int
    secure: bool
    user: str
    password: str = field(repr=False)
    database: str

    @property
    def shown(self) -> str:
        """For messages: without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"clickhouse://{host}:{self.port}/{self.database}"


def server_address(text: str, database: str = "") -> ServerAddress:
    """The parts of an address. StoreError, which never quotes it: any part of it may be the password.

    User and password are what is before the last `@`, and may hold `/ # ? @ : %`: generated passwords do. They are
    percent-decoded only if they are written as RFC 3986 asks, so that both ways to write a password work.
    """
    scheme, _, rest = text.strip().partition("://")
    before, _, after = rest.rpartition("@")
    try:
        parts = urlsplit(f"//{after}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise StoreError(f"The address of the ClickHouse server cannot be read: write {SERVER_FORM}") from None
    if scheme.lower() not in SCHEMES or not host:
        raise StoreError(f"This is not the address of a ClickHouse server: write {SERVER_FORM}")
    secure = SCHEMES[scheme.lower()] or "secure=true" in parts.query.lower()
    user, _, password = before.partition(":")
    if _ENCODED.fullmatch(before):
        user, password = unquote(user), unquote(password)
    return ServerAddress(
        host=host,
        port=port or (8443 if secure else 8123),
        secure=secure,
        user=user or "default",
        password=password,
        database=database or unquote(parts.path.strip("/")) or DATABASE,
    )


def server_connector(text: str, database: str) -> tuple[str, str, Callable[[str], Any]]:
    import clickhouse_connect

    address = server_address(text, database)

    def connect(name: str) -> Any:
        return clickhouse_connect.get_client(
            interface="https" if address.secure else "http",
            host=address.host,
            port=address.port,
            username=address.user,
            password=address.password,
            database=name,
            autogenerate_session_id=False,  # no state between calls, so any replica may answer
            connect_timeout=5,
        )

    return address.shown, address.database, connect


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
        raise StoreError(f"The folder {folder} is not writable for this user, or its disk is read-only")

    return folder, database or DATABASE, partial(engine.connect, folder)


def why_not_opened(error: Exception, location: str, *, server: bool) -> StoreError:
    text = str(error)
    if "different path" in text:
        return StoreError(
            f"{location} cannot be opened: this process has already opened another folder, and can open only one"
        )
    if not server and "EmbeddedServer" in text:
        if _in_use(location):
            return StoreBusy(
                f"{location} is in use by another process (a running `parcours serve`?). "
                "Stop that process, or choose another folder with --data."
            )
        # the engine has printed the reason, and does not pass it on
        return StoreError(f"The database in {location} cannot be opened, for the reason above. Is the copy complete?")
    return explained(error, "Opening", location)


def _in_use(folder: str) -> bool:
    """Whether an engine holds the lock of this folder, as it does from its start to its end."""
    try:
        with open(os.path.join(folder, "status")) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
