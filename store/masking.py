"""Masks what must never be part of a page's name or reach a disk: e-mail addresses, ids, tokens, long numbers."""

from __future__ import annotations

import re
from urllib.parse import unquote

MASK = "*"
MAX_ENCODED = 4  # times that a part may be percent-encoded: `%2540` is an @ too

# Each takes time linear in the length of the text, even of hostile text.
_EMAIL = re.compile(r"[^/@\s]@[^/@\s]+\.[^/@\s]")  # one letter on each side
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_HEX = re.compile(r"[0-9a-f]{32,}", re.I)
_JWT = re.compile(r"(?<![\w\-])eyJ[\w\-]{5,}\.[\w\-]+")  # header and claims of a JSON Web Token, base64url
_LONG = re.compile(r"[\w\-.~]{24,}")
_TOKEN = re.compile(r"^(?=.*\d).*[A-Za-z]")  # in a long run: digits and letters mixed
_DIGITS = re.compile(r"\d{6,}")


def masked(part: str) -> str:
    """A part of a path, or a value of a query, without what may identify a person.

    The whole part becomes `*` if it contains an e-mail address, a UUID, 32 hex digits, a JWT, or looks like a token;
    otherwise each run of six digits or more does. Percent-encoding is undone up to four times first.

    >>> masked("order-1234567"), masked("me%40home.example")
    ('order-*', '*')
    """
    plain = part
    for _ in range(MAX_ENCODED):
        if "%" not in plain:
            break
        plain = unquote(plain)
    # What is still encoded now was encoded that often only to hide something.
    if _PERCENT.search(plain) or any(pattern.search(plain) for pattern in _WHOLE) or _token_in(plain):
        return MASK
    if "/" in plain and plain != part:  # encoded slashes: mask each piece as the part it would have been
        return part if all(masked(piece) == piece for piece in plain.split("/")) else MASK
    cut = _DIGITS.sub(MASK, plain)
    return part if cut == plain else cut


_PERCENT = re.compile(r"%(?:25)*[0-9a-f]{2}", re.I)
_WHOLE = (_EMAIL, _UUID, _HEX, _JWT)


def _token_in(text: str) -> bool:
    return any(_TOKEN.match(run) for run in _LONG.findall(text))
