"""A Chromium in its own thread that takes pictures for any other thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from types import TracebackType

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from aggregator.shapes.heights import Heights
from store.pages import canonical_page
from viewer.snapshot.access import AccessOf, SiteAccess, no_access
from viewer.snapshot.addresses import Resolve, system_resolve
from viewer.snapshot.browser import launch
from viewer.snapshot.errors import SnapshotError
from viewer.snapshot.limits import Limits
from viewer.snapshot.request import PictureRequest
from viewer.snapshot.take import Capture, PictureSession, take_all

_CLOSE_S = 15.0


class Camera:
    """Starts Chromium at the first picture and keeps it until `close`; one page at a time.

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
        self.chromium = chromium or ""
        self.limits = limits or Limits()
        self.resolve = resolve
        self.access = access
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._one_at_a_time = threading.Lock()
        self._gate = threading.Lock()  # serialises requests and `close`
        self._closed = False
        self._taking: asyncio.Task[object] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="snapshot camera", daemon=True)
        self._thread.start()

    def take(
        self,
        request: PictureRequest,
        heights: Heights | None = None,
        progress: Callable[[str], None] = lambda activity: None,
    ) -> list[Capture]:
        """A capture for each width, in order. Blocks; `progress` is called from the camera's thread.

        `heights`: median heights of visitors' windows and pages. Raises `SnapshotError` with a message and a code.
        """
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
                raise _stopped(request.url) from None

    async def _take(
        self, request: PictureRequest, heights: Heights, progress: Callable[[str], None], access: SiteAccess
    ) -> list[Capture]:
        self._taking = asyncio.current_task()
        if self._browser is None or not self._browser.is_connected():
            await self._stop()
            self._playwright = await async_playwright().start()
            self._browser = await launch(self._playwright, self.chromium)
        return await take_all(
            PictureSession(self._browser, request, heights, self.limits, self.resolve, progress, access)
        )

    async def _stop(self) -> None:
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if browser is not None:
                await asyncio.wait_for(browser.close(), _CLOSE_S)
        if playwright is not None:
            await playwright.stop()  # also ends what did not close

    async def _end(self) -> None:
        if self._taking is not None and not self._taking.done():
            self._taking.cancel()
            await asyncio.wait((self._taking,))
        await self._stop()

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
