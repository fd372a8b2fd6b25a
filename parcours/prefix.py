"""A path in PARCOURS_BASE_URL: Parcours as a part of another site, such as https://shop.example/analytics."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class UnderPath:
    """Middleware: requests are answered below `root` (`/analytics`), whether or not the proxy has removed it.

    It is the `root_path` of ASGI: routes see what follows, `request.url` has all of it.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self.app = app
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = dict(scope, path=self._whole(scope["path"]), root_path=self.root)
        await self.app(scope, receive, send)

    def _whole(self, path: str) -> str:
        if path == self.root:
            return path + "/"
        return path if path.startswith(self.root + "/") else self.root + path
