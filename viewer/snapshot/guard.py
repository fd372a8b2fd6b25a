"""Ends a picture whose page asks too much of the browser: too many bytes, too many nodes, or a blocked renderer.

Decoded bytes are counted too, since a small gzip file may unpack to gigabytes: by the proxy, which is not held up by a
busy renderer, and for https, which the proxy cannot read, by the renderer itself (`Network.dataReceived`).
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from playwright.async_api import CDPSession, Frame, Page
from playwright.async_api import Error as PlaywrightError

from viewer.snapshot.errors import BrowserFailure, SnapshotError
from viewer.snapshot.limits import Limits

_MB = 1_000_000
_PROBE_S = 1.0  # between two probes of the renderer
_CRASH_S = 1.0  # for the news of a crash, which may come after the failure that it caused


@dataclass
class _Decoded:
    """Decoded bytes of a page."""

    all: int = 0
    html: int = 0


class PageGuard:
    """Entered by the task that takes a picture; cancels it for the first reason, which it then raises.

    It is the meter of the proxy; `watch` is for a page that was just made.
    """

    def __init__(self, url: str, limits: Limits) -> None:
        self._url = url
        self._limits = limits
        self._reason: SnapshotError | None = None
        self._task: asyncio.Task[Any] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._crashed = asyncio.Event()
        self._wire = 0  # bytes received by the proxy
        self._by_proxy = _Decoded()
        self._by_browser = _Decoded()
        self._documents: set[str] = set()  # the browser's requests of HTML documents, of frames too

    async def __aenter__(self) -> PageGuard:
        self._task = asyncio.current_task()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        cancelled = isinstance(value, asyncio.CancelledError)
        try:
            if isinstance(value, Exception) and self._reason is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._crashed.wait(), _CRASH_S)
            if self._reason is not None and not cancelled:
                await asyncio.sleep(0)  # receives the cancellation, which has not arrived yet
        except asyncio.CancelledError:
            if self._reason is None:
                raise
        finally:
            task, self._task = self._task, None
            for one in self._tasks:
                one.cancel()
        if self._reason is not None and task is not None and task.uncancel() == 0:
            raise self._reason from None

    def wire(self, size: int) -> bool:
        self._wire += size
        if self._wire > self._limits.page_bytes:
            self._end(self._too_large(self._limits.page_bytes))
        return self._reason is None

    def decoded(self, size: int, *, html: bool) -> bool:
        self._check(self._by_proxy, size, html)
        return self._reason is None

    def _check(self, decoded: _Decoded, size: int, html: bool) -> None:
        decoded.all += size
        decoded.html += size * html
        if decoded.html > self._limits.document_bytes:
            self._end(self._too_large(self._limits.document_bytes, " of HTML"))
        elif decoded.all > self._limits.page_bytes:
            self._end(self._too_large(self._limits.page_bytes))

    async def watch(self, page: Page) -> None:
        """Watch a page and its frames until the guard is left."""
        page.on("crash", lambda _: self._crash())
        session = await page.context.new_cdp_session(page)
        await self._count(session)
        # Frames of other sites have renderers and sessions of their own.
        page.on("framenavigated", lambda frame: self._start(self._count_frame(page, frame)))
        self._start(self._probe(session))

    def _crash(self) -> None:
        words = f"{self._url} brought the browser down; this machine may have too little memory. Try again."
        self._end(BrowserFailure(words, "crashed"))
        self._crashed.set()

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _count_frame(self, page: Page, frame: Frame) -> None:
        with contextlib.suppress(PlaywrightError):  # a frame without a session of its own, or gone already
            if frame != page.main_frame:
                await self._count(await page.context.new_cdp_session(frame))

    async def _count(self, session: CDPSession) -> None:
        session.on("Network.responseReceived", self._responded)
        session.on("Network.dataReceived", self._data)
        # Without buffers: nobody reads the bodies.
        await session.send("Network.enable", {"maxTotalBufferSize": 1, "maxResourceBufferSize": 1})

    def _responded(self, event: dict[str, Any]) -> None:
        if event["type"] == "Document":
            self._documents.add(event["requestId"])

    def _data(self, event: dict[str, Any]) -> None:
        self._check(self._by_browser, int(event["dataLength"]), event["requestId"] in self._documents)

    async def _probe(self, session: CDPSession) -> None:
        """Ask the renderer again and again how many nodes it has."""
        while True:
            try:
                counts = await asyncio.wait_for(session.send("Memory.getDOMCounters"), self._limits.stuck_s)
            except TimeoutError:
                return self._end(stuck(self._url, self._limits.stuck_s))
            except PlaywrightError:
                return None  # the page was closed, or crashed, which its own event reports
            if counts["nodes"] > self._limits.nodes:
                return self._end(
                    SnapshotError(
                        f"{self._url} has more than {self._limits.nodes:,} nodes, too many for a picture. "
                        "Give a page that shows less at once, for example one with pages of results.",
                        "too_many_nodes",
                    )
                )
            await asyncio.sleep(_PROBE_S)

    def _too_large(self, most: int, what: str = "") -> SnapshotError:
        return SnapshotError(
            f"{self._url} sends more than {most / _MB:,.0f} MB{what}, so its picture was not taken. "
            "Give a page that sends less, or take the endless or oversized file out of it.",
            "too_large",
        )

    def _end(self, reason: SnapshotError) -> None:
        if self._reason is None and self._task is not None:
            self._reason = reason
            self._task.cancel()


def stuck(url: str, seconds: float) -> BrowserFailure:
    """The failure of a browser that did not react for so long."""
    return BrowserFailure(
        f"{url} kept the browser busy: it did not react for {seconds:g} s. "
        "Try again, or give a page of the site that does less.",
        "timeout",
    )
