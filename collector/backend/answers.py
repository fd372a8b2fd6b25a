"""Answers to a backend: what was accepted, what was a duplicate, what was refused and why."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from starlette.types import Send

from collector.door.refusal import Refusal


class RefusedLine(Struct, frozen=True):
    line: int  # from 1
    code: str
    message: str


class Receipt(Struct, frozen=True):
    """The outcome of a request; every line counts in one of the three."""

    accepted: int
    duplicates: int
    refused: Sequence[RefusedLine] = ()


async def send_answer(send: Send, answer: Receipt, first: Refusal | None) -> None:
    """200; when every line was refused, the status of the first refusal, with its error beside the receipt."""
    if answer.refused and first is not None and not answer.accepted and not answer.duplicates:
        body = msgspec.json.encode({**msgspec.json.decode(first.body()), **msgspec.to_builtins(answer)})
        await _send(send, first.status, body, [])
    else:
        await _send(send, 200, msgspec.json.encode(answer), [])


async def send_refused(send: Send, refusal: Refusal) -> None:
    """Refuse the whole request."""
    headers = []
    if refusal.retry_after:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refusal.status == 405:
        headers.append((b"allow", b"POST"))
    if refusal.close:
        headers.append((b"connection", b"close"))
    await _send(send, refusal.status, refusal.body(), headers)


async def _send(send: Send, status: int, body: bytes, more: list[tuple[bytes, bytes]]) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
