"""How a command reaches the API: over HTTP if the data folder has a running server, else in this process."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import start_blocking_portal

from parcours.data_folder import is_new
from parcours.server_note import running_server
from parcours.settings import Settings

_PIECE = 1 << 20  # bytes


@dataclass(eq=False)
class ApiError(Exception):
    """An error response of the API. `faults`: a sentence for each field that is wrong."""

    status: int
    code: str
    message: str
    hint: str = ""
    faults: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)  # the whole answer

    def __str__(self) -> str:
        return self.message


class Api:
    """A synchronous client of the JSON API."""

    def __init__(self, send: Any, token: str) -> None:
        self._send = send
        self._headers = {"authorization": f"Bearer {token}"}

    def fetch(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The response. Raises ApiError for an error status. Parameters that are None are left out."""
        if params := given.get("params"):
            given["params"] = {k: v for k, v in params.items() if v not in (None, "")}
        answer: httpx.Response = self._send(method, f"/api/v1{path}", headers=self._headers, **given)
        if answer.status_code >= 400:
            raise error_of(answer)
        return answer

    def get(self, path: str, **params: Any) -> Any:
        return self.fetch("GET", path, params=params).json()

    def post(self, path: str, body: object) -> Any:
        return self.fetch("POST", path, json=body).json()

    def put(self, path: str, body: object) -> Any:
        return self.fetch("PUT", path, json=body).json()

    def delete(self, path: str) -> Any:
        return self.fetch("DELETE", path).json()

    def post_lines(self, path: str, lines: bytes, **params: str) -> httpx.Response:
        """Send NDJSON; returns the response whatever its status, so that the caller can retry."""
        headers = self._headers | {"content-type": "application/x-ndjson"}
        answer: httpx.Response = self._send("POST", f"/api/v1{path}", headers=headers, content=lines, params=params)
        return answer

    def send_file(self, path: str, content: Path, **params: str | None) -> Any:
        """Send a file as it is, in pieces; the answer."""
        with content.open("rb") as raw:
            pieces = iter(partial(raw.read, _PIECE), b"")
            return self.fetch("POST", path, params=params, content=pieces, timeout=None).json()


def sentences(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The faults in an error, or in a rejected definition, in English."""
    return tuple(str(one["message"]) for one in answer.get("faults", ()))


def error_of(answer: httpx.Response) -> ApiError:
    """The error in a response."""
    try:
        body = answer.json()
        error = body["error"]
        faults = sentences(error)
        return ApiError(answer.status_code, error["code"], error["message"], error.get("hint") or "", faults, body)
    except (ValueError, KeyError, TypeError):
        return ApiError(answer.status_code, "unclear", f"The server answered {answer.status_code}.")


@contextmanager
def connect(settings: Settings) -> Iterator[Api]:
    """The API of the running server of this data folder, or of the app, opened here for one command.

    ApiError if the folder has no data: a new database in it, of which no server knows, would silently accept what is
    meant for another.
    """
    if server := running_server(settings.data):
        try:
            # without the proxies of the environment: the server is on this machine, and the token stays on it
            with httpx.Client(base_url=server.url, timeout=300, trust_env=False) as client:
                yield Api(client.request, server.token)
        except httpx.TransportError as error:
            raise ApiError(
                503,
                "server_away",
                f"The server of {settings.data} (process {server.pid}) does not answer at {server.url} "
                f"({error or type(error).__name__}).",
                "It may be starting or stopping: try again, or stop it.",
            ) from None
        return
    if is_new(settings.data):
        raise _no_data(settings)
    with _own(settings) as api:
        yield api


def _no_data(settings: Settings) -> ApiError:
    folder = settings.data.resolve()
    return ApiError(
        503,
        "no_data",
        f"{folder} has no data of Parcours, and no server is running on it. Nothing was created.",
        "Name the folder of your server with --data or PARCOURS_DATA. To begin a new one here: "
        f"`parcours serve --data {shlex.quote(str(folder))}`, or `parcours site add` with --new.",
    )


async def _awaited(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@contextmanager
def _own(settings: Settings) -> Iterator[Api]:
    """The API of an app in this process."""
    from parcours.app import open_parcours  # heavy: the engine

    parcours = open_parcours(settings, serving=False)
    try:
        with start_blocking_portal() as portal:
            transport = httpx.ASGITransport(parcours.app)
            own = httpx.AsyncClient(transport=transport, base_url=settings.url, timeout=300)

            def send(*args: Any, **given: Any) -> httpx.Response:
                if isinstance(given.get("content"), Iterator):
                    given["content"] = _awaited(given["content"])
                return portal.call(partial(own.request, *args, **given))

            with portal.wrap_async_context_manager(parcours.app.router.lifespan_context(parcours.app)):
                yield Api(send, parcours.service_token)
            portal.call(own.aclose)
    finally:
        parcours.close()
