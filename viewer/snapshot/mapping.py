"""Sites whose pages are fetched from another address than the public one (`Site.fetch_from`)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from playwright.async_api import BrowserContext, Route
from playwright.async_api import Error as PlaywrightError

from viewer.snapshot.proxy import COLLECTOR

_HOPS = 5


class Mapping:
    """Answers requests to one public host from `base`; the page keeps its public address.

    `left`: the address to which a redirect led the page, on the same host or another one.
    """

    def __init__(self, host: str, base: str) -> None:
        self.host = host  # host[:port], as in the public address
        self.base = urlsplit(base)
        self.left = ""

    async def install(self, context: BrowserContext) -> None:
        await context.route(lambda url: urlsplit(url).netloc == self.host, self._answer)

    async def _answer(self, route: Route) -> None:
        request = route.request
        url = request.url
        if COLLECTOR.search(urlsplit(url).path):
            await route.fallback()  # a picture is not a visit
            return
        try:
            for _ in range(_HOPS):
                parts = urlsplit(url)
                inside = parts._replace(scheme=self.base.scheme, netloc=self.base.netloc).geturl()
                headers = {
                    **request.headers,
                    "host": self.host,
                    "x-forwarded-host": self.host,
                    "x-forwarded-proto": parts.scheme,
                }
                answer = await route.fetch(url=inside, headers=headers, max_redirects=0)
                goal = answer.headers.get("location", "")
                if not (300 <= answer.status < 400 and goal):
                    await route.fulfill(response=answer)
                    return
                url = urljoin(url, goal)
                if urlsplit(url).netloc == self.base.netloc:
                    url = urlsplit(url)._replace(netloc=self.host).geturl()
                if request.is_navigation_request():
                    self.left = url
                if urlsplit(url).netloc != self.host:
                    break
            await route.abort("addressunreachable")
        except PlaywrightError:
            # The page or its browser was closed, or the other address does not answer.
            try:
                await route.abort("connectionfailed")
            except PlaywrightError:
                return
