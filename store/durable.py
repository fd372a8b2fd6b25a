"""Put what was written to a folder on its disk: ClickHouse itself does not sync what it inserts."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from functools import cache


@cache
def _syncfs() -> Callable[[int], int] | None:
    """syncfs(2) of the C library; None where it has none (outside Linux)."""
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    return found


def sync_folder(folder: str) -> None:
    """Return when everything written to the file system of `folder` is on its disk. Raises OSError."""
    syncfs = _syncfs()
    if syncfs is None:
        os.sync()
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if syncfs(fd):
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error), folder)
    finally:
        os.close(fd)
