"""Dependency injection: a handler names what it uses as keyword-only parameters, by type.

async def show(request: Request, *, registry: Registry, maps: Maps) -> Response: ...

Endpoint("/sites/{site}/heatmap", show, role="viewer")
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

from starlette.requests import Request
from starlette.responses import Response

from store.records import Role

Handler = Callable[..., Awaitable[Response]]
Parts = Mapping[type, object]


@dataclass(frozen=True)
class Endpoint:
    """One route: its handler, and the role it requires. `role` None: open to everybody."""

    path: str
    handler: Handler
    role: Role | None
    methods: tuple[str, ...] = ("GET",)


def bind(handler: Handler, parts: Parts) -> Callable[[Request], Awaitable[Response]]:
    """`handler` with its keyword-only parameters filled from `parts`, by type.

    Raises LookupError, at startup, if there is no part of such a type.
    """
    hints = get_type_hints(handler)
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(handler).parameters.items():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        if hints[name] not in parts:
            raise LookupError(
                f"{handler.__module__}.{handler.__qualname__}: no dependency of type {hints[name]} for {name!r}"
            )
        given[name] = parts[hints[name]]

    @functools.wraps(handler)
    async def bound(request: Request) -> Response:
        return await handler(request, **given)

    return bound
