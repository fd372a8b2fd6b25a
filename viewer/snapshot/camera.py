"""A Chromium in its own thread that takes pictures for any other thread."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import partial
from types import TracebackType

from aggregator.shapes.heights import Heights
from store.pages import canonical_page
from viewer.snapshot.access import AccessOf, SiteAccess, no_access
from viewer.snapshot.addresses import Resolve, system_resolve
from viewer.snapshot.browser import Chromium
from viewer.snapshot.errors import BrowserFailure, SnapshotError
from viewer.snapshot.limits import Limits
from viewer.snapshot.progress import Tell, silent
from viewer.snapshot.request import PictureRequest
from viewer.snapshot.take import Capture, PictureSession, check, take_width

log = logging.getLogger("parcours.viewer.camera")


class Camera:
    """Starts Chromium at the first picture and keeps it until `close`; one page at a time.

    A browser that hangs or crashes is ended, and the picture is tried once more in a new one.

    >>> with Camera() as camera:  # doctest: +SKIP
    ...     camera.take(PictureRequest(site, "https://shop.example/", (1366, 390)))
    """

    def __init__(
        self,
        chromium: str | None = None,
        limits: Limits | None = None,
        resolve: Resolve = system_resolve,
        access: AccessOf = no_access,
    ) -> None:
        """`access`: how to sign in for a page; called from the thread of `take`."""
        self.limits = limits or Limits()
        self.resolve = resolve
        self.access = access
        self._chromium = Chromium(chromium or "")
        self._one_at_a_time = threading.Lock()
        self._gate = threading.Lock()  # serialises requests and `close`
        self._closed = False
        self._taking: asyncio.Task[object] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="snapshot camera", daemon=True)
        self._thread.start()

    def take(self, request: PictureRequest, heights: Heights | None = None, progress: Tell = silent) -> list[Capture]:
        """A capture for each width, in order. Blocks; `progress` is called from the camera's thread.

        `heights`: median heights of visitors' windows and pages. Raises `SnapshotError` with a message and a code.
        """
        check(request)
        site = request.site
        access = self.access(site, request.page or canonical_page(request.url, site.keep_query))
        with self._one_at_a_time, access.redacted(request.url):
            with self._gate:
                if self._closed:
                    raise _stopped(request.url)
                taking = asyncio.run_coroutine_threadsafe(
                    self._take(request, heights or Heights(), progress, access), self._loop
                )
            try:
                taken = taking.result()
                return [Capture(*access.without_secrets(one.snapshot, one.layout), one.strips) for one in taken]
            except CancelledError:
                if self._closed:
                    raise _stopped(request.url) from None
                raise SnapshotError(f"The picture of {request.url} was cancelled.", "cancelled") from None

    def cancel(self) -> None:
        """Let the picture in progress, if any, fail as "cancelled". Can be called from any thread."""
        self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._taking is not None:
            self._taking.cancel()

    async def _take(
        self, request: PictureRequest, heights: Heights, progress: Tell, access: SiteAccess
    ) -> list[Capture]:
        self._taking = asyncio.current_task()
        captures: list[Capture] = []
        failures = 0
        try:
            shared = partial(
                PictureSession,
                request=request, heights=heights, limits=self.limits, resolve=self.resolve, access=access,
            )  # fmt: skip
            while len(captures) < len(request.widths):
                width = request.widths[len(captures)]
                tell = partial(progress, width=width, number=len(captures) + 1)
                try:
                    captures.append(await self._width(partial(shared, tell=tell), width))
                except BrowserFailure as failure:
                    failures += 1
                    log.warning("%s: the browser was ended (%s)", request.url, failure.code)
                    if failures > 1:
                        raise
                    tell("again")
        finally:
            self._taking = None
        return captures

    async def _width(self, session_in: Callable[..., PictureSession], width: int) -> Capture:
        """One capture. After any failure the browser is ended unless it still works."""
        session = session_in(browser=await self._chromium.ready())
        session.tell("opening")
        try:
            return await take_width(session, width)
        except SnapshotError as error:
            healthy = await self._chromium.healthy()
            if isinstance(error, BrowserFailure) or not healthy:
                await self._chromium.end()
            if healthy or isinstance(error, BrowserFailure):
                raise
            raise BrowserFailure(error.words, error.code) from None

    async def _end(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            await asyncio.wait((self._taking,))
        await self._chromium.close()

    def close(self) -> None:
        """Close the browser and end the thread; a picture in progress fails as "stopped". Can be called twice."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
        try:
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _stopped(url: str) -> SnapshotError:
    return SnapshotError(f"The picture of {url} was not taken: the camera was closed.", "stopped")
