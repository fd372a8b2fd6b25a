"""Which request headers a CORS preflight grants, for the collector and for pictures of one's own browser."""

from __future__ import annotations

import re

MAX_NAMES = 64
MAX_LETTERS = 2_000
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9a-z]{1,100}")  # a token (RFC 9110)


def granted_headers(requested: str, needed: tuple[str, ...]) -> str:
    """The value of Access-Control-Allow-Headers: `needed`, and every header that the preflight asks for.

    Scripts of a page may add headers to each of its requests (`traceparent`, `baggage`). Without a grant the browser
    sends nothing at all. Nothing is granted by it but to be sent: the server reads no such header. The answer is
    bounded, and what is no name of a header is left out.

    >>> granted_headers("traceparent, X-Shop, bad name", ("content-type",))
    'content-type, traceparent, x-shop'
    """
    names = (name.strip().lower() for name in requested[:MAX_LETTERS].split(",", MAX_NAMES)[:MAX_NAMES])
    return ", ".join(dict.fromkeys((*needed, *filter(_NAME.fullmatch, names))))
