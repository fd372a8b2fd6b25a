"""Answers of the intake: bare ASGI messages, readable from the page that asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from starlette.types import Send

from collector.refusal import Refusal

Header = tuple[bytes, bytes]
_EMPTY = {"type": "http.response.body", "body": b""}
_DAY = b"86400"


@lru_cache(maxsize=2_000)
def _readable_by(origin: bytes) -> list[Header]:
    """CORS without credentials: the tracker may read the status and the reason, nothing else is there to read."""
    if not origin:
        return [(b"vary", b"Origin")]
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"Retry-After"),
        (b"vary", b"Origin"),
    ]


async def send_accepted(send: Send, origin: bytes) -> None:
    """204: durable, or already known."""
    await send({"type": "http.response.start", "status": 204, "headers": _readable_by(origin)})
    await send(_EMPTY)


async def send_refused(send: Send, origin: bytes, refusal: Refusal) -> None:
    """The refusal with its JSON, and when to try again if that makes sense."""
    body = refusal.body()
    headers = [
        *_readable_by(origin),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    if refusal.retry_after:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    if refusal.status == 405:
        headers.append((b"allow", b"POST, OPTIONS"))
    if refusal.close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_preflight(send: Send, origin: bytes, private_network: bool) -> None:
    """OPTIONS: what a page may send. The tracker's own posts need no preflight."""
    headers: list[Any] = [
        *_readable_by(origin),
        (b"allow", b"POST, OPTIONS"),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"content-type, content-encoding"),
        (b"access-control-max-age", _DAY),
    ]
    if private_network:
        headers.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send(_EMPTY)
