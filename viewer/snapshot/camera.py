"""One Chromium in a thread of its own; any thread may ask it for pictures."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from types import TracebackType

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from rules.recipe import Recipe
from store.records import Site
from viewer.snapshot.addresses import Resolve, system_resolve
from viewer.snapshot.browser import launch
from viewer.snapshot.errors import SnapshotError
from viewer.snapshot.limits import Limits
from viewer.snapshot.take import Capture, Order, take_all

_CLOSE_S = 15.0


class Camera:
    """Starts Chromium at the first picture and keeps it until `close`; one page at a time.

    >>> with Camera() as camera:  # doctest: +SKIP
    ...     camera.take("https://shop.example/", site, [1366, 390])
    """

    def __init__(
        self, chromium: str | None = None, limits: Limits | None = None, resolve: Resolve = system_resolve
    ) -> None:
        self.chromium = chromium or ""
        self.limits = limits or Limits()
        self.resolve = resolve
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._one_at_a_time = threading.Lock()
        self._gate = threading.Lock()  # orders and the end come one after another
        self._closed = False
        self._taking: asyncio.Task[object] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="snapshot camera", daemon=True)
        self._thread.start()

    def take(
        self,
        url: str,
        site: Site,
        widths: Sequence[int],
        variant: str = "",
        recipe: Recipe | None = None,
        *,
        page: str = "",
        viewport_heights: Mapping[int, int] | None = None,
        page_heights: Mapping[int, int] | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> list[Capture]:
        """A capture for each width, in their order. Blocks; `progress` is called from the camera's thread.

        `viewport_heights` and `page_heights` are recorded medians in px by width.
        Raises `SnapshotError` with words and code.
        """
        heights = dict(viewport_heights or {}), dict(page_heights or {})
        order = Order(url, site, tuple(widths), variant, recipe or Recipe(), page, *heights)
        with self._one_at_a_time:
            with self._gate:
                if self._closed:
                    raise _stopped(url)
                taking = asyncio.run_coroutine_threadsafe(self._take(order, progress or (lambda _: None)), self._loop)
            try:
                return taking.result()
            except CancelledError:
                raise _stopped(url) from None

    async def _take(self, order: Order, progress: Callable[[str], None]) -> list[Capture]:
        self._taking = asyncio.current_task()
        if self._browser is None or not self._browser.is_connected():
            await self._stop()
            self._playwright = await async_playwright().start()
            self._browser = await launch(self._playwright, self.chromium)
        return await take_all(self._browser, order, self.limits, self.resolve, progress)

    async def _stop(self) -> None:
        browser, playwright = self._browser, self._playwright
        self._browser = self._playwright = None
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if browser is not None:
                await asyncio.wait_for(browser.close(), _CLOSE_S)
        if playwright is not None:
            await playwright.stop()  # takes down what did not close

    async def _end(self) -> None:
        if self._taking is not None and not self._taking.done():
            self._taking.cancel()
            await asyncio.wait((self._taking,))
        await self._stop()

    def close(self) -> None:
        """Close the browser and end the thread; a picture under way ends as "stopped". May be called twice."""
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


def take(
    url: str,
    site: Site,
    widths: Sequence[int],
    variant: str = "",
    recipe: Recipe | None = None,
    viewport_heights: Mapping[int, int] | None = None,
    chromium: str | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    page: str = "",
    page_heights: Mapping[int, int] | None = None,
    limits: Limits | None = None,
) -> list[Capture]:
    """`Camera.take` with a browser for this one order, closed whatever happens."""
    with Camera(chromium, limits) as camera:
        return camera.take(
            url,
            site,
            widths,
            variant,
            recipe,
            page=page,
            viewport_heights=viewport_heights,
            page_heights=page_heights,
            progress=progress,
        )
