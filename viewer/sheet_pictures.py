"""Pictures of pages of Parcours, such as the sheet of a journey, by the Chromium that takes pictures of sites.

The browser reaches no network: the application answers its requests in this process, with the rights of the person who
asks for the picture.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.async_api import BrowserContext, Page, Route
from playwright.async_api import Error as PlaywrightError
from starlette.requests import Request

from viewer.snapshot.browser import Chromium
from viewer.snapshot.errors import SnapshotError

ORIGIN = "http://sheet.invalid"  # never looked up
WINDOW_PX = (1600, 1000)
SCALE = 2  # pixels of the picture for each CSS px: text stays sharp
WHOLE_S = 60.0
_KEPT = (b"cookie", b"authorization", b"accept-language", b"host")  # of the request that asks for the picture
_DRAWN = """async () => {
  for (const one of document.images) one.loading = 'eager';
  await Promise.allSettled([...document.images].map((one) => one.decode()));
  await document.fonts.ready;
  dispatchEvent(new CustomEvent('beforeprint', {detail: 'picture'}));
}"""


@dataclass
class _Answer:
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class SheetPictures:
    """Takes one picture at a time, each with a new browser. `chromium`: as for `find_chromium`."""

    def __init__(self, chromium: str = "") -> None:
        self._chromium = chromium
        self._one_at_a_time = asyncio.Lock()

    async def of(self, request: Request, path: str) -> bytes:
        """`<main>` of a page as it is printed, as PNG. `path`: of the page, with its query.

        Raises `SnapshotError` without a browser, or if the page was not drawn within WHOLE_S.
        """
        try:
            async with self._one_at_a_time:
                chromium = Chromium(self._chromium)
                try:
                    async with asyncio.timeout(WHOLE_S):
                        context = await (await chromium.ready()).new_context(
                            viewport={"width": WINDOW_PX[0], "height": WINDOW_PX[1]},
                            device_scale_factor=SCALE,
                            color_scheme="light",
                            service_workers="block",
                        )
                        picture = await _photograph(context, request, path)
                        await context.close()
                        return picture
                finally:
                    await chromium.close()
        except TimeoutError:
            raise SnapshotError("The sheet was not drawn within a minute. Try again.", "timeout") from None
        except PlaywrightError as error:
            raise SnapshotError(f"The browser failed: {error.message.splitlines()[0]} Try again.", "crashed") from None


async def _photograph(context: BrowserContext, request: Request, path: str) -> bytes:
    async def serve(route: Route) -> None:
        url = route.request.url
        if not url.startswith(f"{ORIGIN}/") or route.request.method != "GET":
            await route.abort()
            return
        found = await _answered(request, url)
        await route.fulfill(status=found.status, headers=found.headers, body=bytes(found.body))

    await context.route("**/*", serve)
    page: Page = await context.new_page()
    answer = await page.goto(f"{ORIGIN}{path}", wait_until="load")
    if answer is None or answer.status != 200:
        raise SnapshotError(f"The page could not be opened: status {answer.status if answer else 0}.", "status")
    await page.emulate_media(media="print", color_scheme="light")
    await page.evaluate(_DRAWN)
    return await page.locator("main").screenshot(type="png", animations="disabled")


async def _answered(request: Request, url: str) -> _Answer:
    """What the application answers the person for an address."""
    parts = urlsplit(url)
    kept: Mapping[str, Any] = {
        name: request.scope[name]
        for name in ("type", "asgi", "http_version", "scheme", "server", "client", "root_path")
        if name in request.scope
    }
    scope = dict(kept) | {
        "method": "GET",
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(name, value) for name, value in request.scope["headers"] if name in _KEPT],
    }
    found = _Answer()
    await request.app(scope, _SheetBody().receive, found)
    found.headers.pop("content-encoding", None)
    return found


class _SheetBody:
    """An empty body; the browser never hangs up before the answer."""

    def __init__(self) -> None:
        self._sent = False

    async def receive(self) -> dict[str, Any]:
        if self._sent:
            await asyncio.Event().wait()
        self._sent = True
        return {"type": "http.request", "body": b"", "more_body": False}
