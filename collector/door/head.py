"""What the head of a request says. Every value is rejected or cut when it is longer than any browser sends.

What follows keeps some of these values in caches, so a stranger must not choose their size.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from collector.door.admission import RequestHead
from collector.door.body import declared_length
from collector.door.refusal import Reason, Refusal
from collector.enrich.enrichment import RequestFacts
from collector.enrich.robots import MAX_UA
from collector.known_sites import KnownSite

Headers = dict[bytes, bytes]
HeaderLines = Iterable[tuple[bytes, bytes]]  # as received: a name may come several times; names are in lower case

MAX_ORIGIN = 512  # bytes; a host has at most 253 (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)
MAX_FORWARDED = 1_024  # bytes at the end, where the hops nearest to this server are
_SHORT = 128  # bytes of a content type or encoding
_MAX_BRANDS = 256  # bytes of Sec-CH-UA

_REJECTED = {b"origin": MAX_ORIGIN, b"content-type": _SHORT, b"content-encoding": _SHORT}


def overlong(headers: Headers) -> Refusal | None:
    """The refusal of a head with a value that is too long to be a browser's, or None."""
    for name, most in _REJECTED.items():
        if len(headers.get(name, b"")) > most:
            length = len(headers[name])
            return Reason.LONG_HEAD.with_message(
                f"The header {name.decode()} has {length} bytes; at most {most} are accepted."
            )
    return None


def text(headers: Headers, name: bytes) -> str:
    """A header as text; "" when it is missing."""
    value = headers.get(name)
    return value.decode("latin-1") if value else ""


def origin(headers: Headers) -> str:
    """Origin, else the origin of Referer, "" for neither."""
    return text(headers, b"origin") or "/".join(text(headers, b"referer")[:MAX_ORIGIN].split("/", 3)[:3])


def forwarded(lines: HeaderLines, headers: Headers) -> str:
    """The end of X-Forwarded-For; several lines, as a chain of proxies may write them, are joined."""
    if b"x-forwarded-for" not in headers:
        return ""
    whole = b",".join(value for name, value in lines if name == b"x-forwarded-for")
    return whole[-MAX_FORWARDED:].decode("latin-1")


def request_head(headers: Headers, known: KnownSite | None, network: str) -> RequestHead:
    """What admission depends on. `network`: of the sender."""
    return RequestHead(
        known=known,
        network=network,
        origin=origin(headers),
        content_type=text(headers, b"content-type"),
        content_encoding=text(headers, b"content-encoding").strip().lower(),
        content_length=declared_length(text(headers, b"content-length")),
    )


def request_facts(headers: Headers, address: str) -> RequestFacts:
    """What the robot verdict and the visitor's number depend on, received now."""
    get = headers.get
    purpose = get(b"sec-purpose") or get(b"x-purpose") or get(b"x-moz") or b""
    return RequestFacts(
        received=time.time_ns() // 1_000_000,
        address=address,
        user_agent=text(headers, b"user-agent")[:MAX_UA],
        purpose=purpose[:_SHORT].decode("latin-1"),
        brands=get(b"sec-ch-ua", b"")[:_MAX_BRANDS],
        names_language=b"accept-language" in headers or b"sec-fetch-mode" not in headers,
    )
