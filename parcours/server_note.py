"""The note `server.json` of a running server: where it listens, and a token for commands on this machine.

The server keeps the note locked. The lock, not the content, says that a server is running on this folder: a note
that an ended process left behind is not locked, nor is its copy in a backup. The kernel releases the lock when the
process ends, however it ends (flock(2)).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

NOTE = "server.json"


@dataclass(frozen=True)
class RunningServer:
    """The server of a data folder."""

    url: str
    token: str
    pid: int


@contextmanager
def server_note(data: Path, server: RunningServer) -> Iterator[None]:
    """A note in the folder while the block runs, locked, and readable only by the owner. Raises OSError."""
    made = data / f"{NOTE}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            json.dump(asdict(server) | {"folder": _identity(data)}, file)
            file.flush()
            made.replace(data / NOTE)  # complete and locked before anybody can read it
        except BaseException:
            made.unlink(missing_ok=True)
            raise
        try:
            yield
        finally:
            with suppress(OSError):  # a view and a collector on one folder: the later one has replaced the note
                if os.path.samestat((data / NOTE).stat(), os.fstat(file.fileno())):
                    (data / NOTE).unlink()


def running_server(data: Path) -> RunningServer | None:
    """The server that is running on this folder; None if there is none. PermissionError for another user's folder."""
    try:
        with (data / NOTE).open() as file:
            if not _locked(file.fileno()):
                return None
            note = json.load(file)
        # a copy made of hard links shares the locked file, but not the folder
        return RunningServer(note["url"], note["token"], note["pid"]) if note["folder"] == _identity(data) else None
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError):
        return None


def _locked(file: int) -> bool:
    """Whether another open file holds the lock. A shared lock is enough to find out, and several readers may."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _identity(folder: Path) -> list[int]:
    """Device and inode."""
    found = folder.stat()
    return [found.st_dev, found.st_ino]
