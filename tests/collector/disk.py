"""A disk that works only when a test allows it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from collector.journal.journal import DiskFile


class SlowDisk:
    """Writes of the journal begin, then wait for `allow`."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._allowed = threading.Event()

    async def begun(self) -> None:
        """Wait until a write has begun."""
        assert await asyncio.to_thread(self._begun.wait, 20)

    def allow(self) -> None:
        self._allowed.set()

    def hold(self) -> None:
        self._begun.set()
        assert self._allowed.wait(20)


@contextmanager
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    disk = SlowDisk()
    write = DiskFile.write

    def held(file: DiskFile, data: bytes) -> None:
        disk.hold()
        write(file, data)

    with monkeypatch.context() as patch:
        patch.setattr(DiskFile, "write", held)
        try:
            yield disk
        finally:
            disk.allow()
