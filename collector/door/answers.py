"""Answers of the endpoint, readable by the page that sent the batch."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from starlette.types import Send

from collector.door.refusal import Refusal
from store.cors import granted_headers

Header = tuple[bytes, bytes]
_DAY = b"86400"
_NEEDED = ("content-type", "content-encoding")


class HttpAnswer(Struct, frozen=True, gc=False):
    status: int
    headers: tuple[Header, ...]
    body: bytes = b""


@lru_cache(maxsize=2_000)
def _readable_by(origin: bytes) -> tuple[Header, ...]:
    """CORS without credentials: the tracker may read the status and the reason; there is nothing else to read."""
    if not origin:
        return ((b"vary", b"Origin"),)
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"Retry-After"),
        (b"vary", b"Origin"),
    )


@lru_cache(maxsize=2_000)
def accepted(origin: bytes) -> HttpAnswer:
    """204: durable, or already known."""
    return HttpAnswer(204, _readable_by(origin))


def refused(origin: bytes, refusal: Refusal) -> HttpAnswer:
    """The refusal as JSON, with Retry-After if it makes sense to try again."""
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
    return HttpAnswer(refusal.status, tuple(headers), body)


def preflight(origin: bytes, headers: Iterable[Header]) -> HttpAnswer:
    """OPTIONS: what a page may send. The tracker's own requests need no preflight, but a page may add headers to them.

    `headers`: those of the request; names are in lower case, and a name may come several times.
    """
    headers = tuple(headers)
    requested = b",".join(value for name, value in headers if name == b"access-control-request-headers")
    private_network = any(name == b"access-control-request-private-network" for name, _ in headers)
    granted = [
        *_readable_by(origin),
        (b"allow", b"POST, OPTIONS"),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", granted_headers(requested.decode("latin-1"), _NEEDED).encode()),
        (b"access-control-max-age", _DAY),
    ]
    if private_network:
        granted.append((b"access-control-allow-private-network", b"true"))
    return HttpAnswer(204, tuple(granted))


async def send_answer(send: Send, answer: HttpAnswer) -> None:
    """HttpAnswer over ASGI."""
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})
