"""What the routes of the API share: how one is declared, how a body is read, how an answer is written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from viewer.auth import person, require
from viewer.errors import Problem
from viewer.tokens import Role

if TYPE_CHECKING:
    from viewer.app import Viewer

T = TypeVar("T")
ROOT = "/api/v1"
MAX_BODY = 1 << 20  # bytes

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Entry:
    """One route of the API: what it is for stands in the index and in docs/api.md. `role` None: open to all."""

    method: str
    path: str  # below ROOT
    endpoint: Endpoint
    role: Role | None
    words: str

    @property
    def full_path(self) -> str:
        return ROOT + self.path

    def route(self) -> Route:
        endpoint = require(self.role)(self.endpoint) if self.role else self.endpoint
        return Route(self.full_path, endpoint, methods=[self.method], name=f"{self.method} {self.full_path}")


def viewer_of(request: Request) -> Viewer:
    viewer: Viewer = request.app.state.viewer
    return viewer


def by_whom(request: Request) -> str:
    """The name of who asks, for the history of what is changed."""
    who = person(request)
    return who.name if who else ""


def answer(content: object, status: int = 200) -> Response:
    """JSON of plain values, dataclasses and msgspec structs; NaN becomes null."""
    return Response(
        msgspec.json.encode(content), status, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def body(request: Request, kind: type[T]) -> T:
    """The JSON body as `kind`. Problem 400 when it is no JSON, 413 when too large, 422 when a field does not fit."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise Problem(413, "too_large", f"The body has more than {MAX_BODY} bytes.")
    try:
        return msgspec.json.decode(raw or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Problem(422, "bad_field", f"{error}.", f"Fields: {_fields(kind)}.") from None
    except msgspec.DecodeError as error:
        raise Problem(400, "not_json", f"The body is not JSON: {error}.", "Send a JSON object.") from None


def _fields(kind: Any) -> str:
    info = msgspec.structs.fields(kind)
    return ", ".join(f.encode_name + ("" if f.required else " (optional)") for f in info)


def iso(ms: int | float | None) -> str | None:
    """ISO time (UTC) of ms since 1970; None where there is none."""
    if not ms:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
