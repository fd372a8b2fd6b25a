"""An HTTP client for plain test functions: httpx over ASGI, on an event loop of its own."""

from __future__ import annotations

from typing import Any

import httpx
from anyio.from_thread import BlockingPortal
from starlette.types import ASGIApp


class Client:
    """Keeps cookies, follows no redirect; an exception that leaves the application fails the test."""

    def __init__(
        self,
        portal: BlockingPortal,
        app: ASGIApp,
        base_url: str,
        headers: dict[str, str] | None = None,
        cookies: httpx.Cookies | None = None,
    ) -> None:
        self._portal = portal
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(
            transport=transport, base_url=base_url, headers=headers, cookies=cookies, timeout=60
        )

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            return await self._client.request(method, path, **given)

        return self._portal.call(send)

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)

    def put(self, path: str, **given: Any) -> httpx.Response:
        return self.request("PUT", path, **given)

    def delete(self, path: str, **given: Any) -> httpx.Response:
        return self.request("DELETE", path, **given)
