"""Shared by the API's routes: how one is declared, how a body is read, how a response is written."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from rules.find import KEYED, Rejected
from store.records import Role
from store.zones import UTC_ZONE
from viewer.access.person import person
from viewer.api.answer_schemas import Answered
from viewer.api.query_schemas import Schema
from viewer.http.binding import Endpoint, Handler
from viewer.http.errors import Problem, fault_json
from viewer.http.parameters import only

T = TypeVar("T")
ROOT = "/api/v1"


@dataclass(frozen=True)
class JsonBody:
    """The JSON body of a route: the fields `names` of the struct `kind`, or all if none are named.

    `derived`: fields that the struct requires, but that may be left out; `partial`: all may be.
    """

    kind: type[msgspec.Struct]
    names: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True)
class FileBody:
    """The body of a route is a file."""

    media_type: str


@dataclass(frozen=True)
class Entry:
    """One route of the API, with its description for the index, docs/api.md and OpenAPI.

    `role` None: open to everybody.

    `query`: the parameters of its address. Every other one is rejected, whatever the method: a misspelt one, or a field
    that belongs in the body, would silently do nothing. `schemas`: the values of those parameters that have another
    meaning here than in viewer/api/query_schemas.py. `statuses`: of the answer to a request that succeeds. `answers`:
    the fields of that answer as JSON; None: they are described in docs/api.md only.
    """

    method: str
    path: str  # below ROOT
    handler: Handler
    role: Role | None
    words: str
    query: tuple[str, ...] = ()
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    body: JsonBody | FileBody | None = None
    statuses: tuple[int, ...] = (200,)
    answers: Answered | None = None

    @property
    def full_path(self) -> str:
        return ROOT + self.path

    def endpoint(self) -> Endpoint:
        return Endpoint(self.full_path, self._strict(), self.role, (self.method,))

    def _strict(self) -> Handler:
        @functools.wraps(self.handler)
        async def strict(request: Request, **parts: Any) -> Response:
            only(request.query_params, self.query)
            return await self.handler(request, **parts)

        return strict


def by_whom(request: Request) -> str:
    """The caller's name, for the change history."""
    who = person(request)
    return who.name if who else ""


def answer(content: object, status: int = 200) -> Response:
    """JSON of plain values, dataclasses and msgspec structs; NaN becomes null."""
    return Response(
        msgspec.json.encode(content), status, media_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def fields(request: Request) -> dict[str, object]:
    """The fields of the JSON body, for the rules to check. Problem 400 if it is not JSON."""
    return await body(request, dict[str, object])


def rejected_json(rejected: Rejected[Any]) -> dict[str, Any]:
    """A stored definition that the current rules reject."""
    key = {"key": rejected.key} if rejected.kind in KEYED else {}
    about = {"id": rejected.id, "name": rejected.name, "version": rejected.version}
    return about | key | {"faults": [fault_json(fault) for fault in rejected.faults]}


async def body(request: Request, kind: type[T]) -> T:
    """The JSON body as `kind`. Problem 400 if it is not JSON, 422 if a field is invalid."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Problem(422, "bad_field", f"{error}.", f"Fields: {_fields(kind)}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # msgspec raises all three
        raise Problem(400, "not_json", f"The body is not JSON: {error}.", "Send a JSON object.") from None


def _fields(kind: Any) -> str:
    if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
        return "those of a JSON object"
    info = msgspec.structs.fields(kind)
    return ", ".join(f.encode_name + ("" if f.required else " (optional)") for f in info)


def iso(ms: int | float | None) -> str | None:
    """ISO time (UTC) of ms since 1970; None for none."""
    if not ms:
        return None
    return UTC_ZONE.iso(ms)
