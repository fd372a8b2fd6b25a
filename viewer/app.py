"""The viewer: pages, pictures and API over one store, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aggregator.queries.heights import recorded_heights
from aggregator.shapes.heights import Heights
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.definitions import Definitions
from store.intake import SiteIntake
from store.records import Site, User
from store.snapshots import Snapshots
from viewer import api, first_run, pages, picture_routes
from viewer.api.health import healthz
from viewer.auth import Auth, Identify
from viewer.errors import respond
from viewer.jobs import Camera, Jobs
from viewer.maps import Drain, Maps
from viewer.matchmaker import Matchmaker
from viewer.query import period
from viewer.security import SecurityHeaders
from viewer.snapshot import Camera as Chromium
from viewer.states import keys_of
from viewer.urls import Urls
from viewer.work import Work

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class ViewerSettings:
    """`base_url`: the address people reach it by. `secret` signs sessions; None: one kept in the store.

    `service_token`: a bearer token with an owner's rights for as long as the process lives.
    `client_address`: (address of the socket, X-Forwarded-For) → whose tries to sign in are counted.
    `chromium`: the browser that takes pictures; empty: the first found on the PATH.
    """

    base_url: str
    chromium: str = ""
    service_token: str = ""
    secret: bytes | None = None
    client_address: Callable[[str, str], str] = lambda peer, forwarded_for: peer


class Viewer:
    """Holds what the routes need. `start` and `stop` it in the server's lifespan."""

    def __init__(
        self,
        store: Store,
        definitions: Definitions,
        snapshots: Snapshots,
        settings: ViewerSettings,
        intake: Callable[[int], SiteIntake] | None = None,
        drain: Drain | None = None,
        camera: Callable[[], Camera] | None = None,
    ) -> None:
        """`intake`: site number → what the collector of this process has counted; `drain`: waits until it is stored."""
        self.store = store
        self.definitions = definitions
        self.snapshots = snapshots
        self.settings = settings
        self.intake = intake
        self.urls = Urls(settings.base_url)
        self.work = Work()
        self.auth = Auth(
            definitions,
            self.work,
            base_url=settings.base_url,
            secret=settings.secret,
            local_token=settings.service_token,
            client_address=settings.client_address,
        )
        self.matchmaker = Matchmaker(store, snapshots, self.work.forget)
        self.maps = Maps(store, snapshots, self.work, drain, partial(keys_of, definitions), self.matchmaker.meet)
        self.jobs = Jobs(snapshots, camera or (lambda: Chromium(settings.chromium)), self._heights, self._taken)
        self.asgi = self._application()

    @property
    def routes(self) -> list[BaseRoute]:
        """For an application of several rooms: takes every path, so it comes last."""
        return [Mount("", app=self.asgi)]

    def application(self, extra_routes: Sequence[BaseRoute] = (), lifespan: Any = None) -> Starlette:
        """One application: other rooms' routes first, then the viewer's."""
        return Starlette(routes=[*extra_routes, *self.routes], lifespan=lifespan)

    async def start(self) -> None:
        self.jobs.start()
        self.matchmaker.start()

    async def stop(self) -> None:
        await anyio.to_thread.run_sync(self.jobs.stop)
        await anyio.to_thread.run_sync(self.matchmaker.stop)
        await anyio.to_thread.run_sync(self.work.close)

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """A sync call of the store in a thread."""
        return await self.work.run(function, *args, **kwargs)

    def first_run_url(self) -> str | None:
        """The link that makes the first owner; None once somebody can sign in. Queries the store."""
        token = first_run.first_run_token(self.definitions)
        return self.urls.absolute(self.urls.first_run(token)) if token else None

    def _taken(self) -> None:
        """New pictures were saved."""
        self.work.forget()
        self.matchmaker.look()

    def _heights(self, site: Site, page: str, widths: Sequence[int]) -> Heights:
        """The windows of the last weeks' visitors of a page."""
        return recorded_heights(self.store, SiteScope(int(site.id), *period({})), page, widths)

    def sign_in_url(self, user: User, next: str = "") -> str:
        """A link that signs this user in for a day and goes on to `next`. Whoever has it may use it."""
        word = self.auth.sessions.link(user.id, user.password)
        return self.urls.absolute(self.urls.sign_in(next, link=word))

    def _application(self) -> Starlette:
        async def error(request: Request, problem: Exception) -> Response:
            return await respond(request, problem, pages.error_page)

        app = Starlette(
            routes=[
                Route("/healthz", healthz),
                *api.routes(),
                *picture_routes.routes(),
                *pages.routes(self),
            ],
            middleware=[
                Middleware(SecurityHeaders, https=self.settings.base_url.startswith("https:")),
                Middleware(Errors, respond=error),
                Middleware(Identify, viewer=self),
            ],
            exception_handlers={HTTPException: error},
        )
        app.state.viewer = self
        return app


class Errors:
    """Turns whatever a route or middleware raises into an answer (viewer/errors.py)."""

    def __init__(self, app: ASGIApp, respond: Callable[[Request, Exception], Any]) -> None:
        self.app = app
        self.respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise  # half an answer is out: the server closes the connection
            response = await self.respond(Request(scope, receive), error)
            await response(scope, receive, send)
