"""What must never stand in a page's name nor on a disk: addresses of people, ids, tokens, long numbers."""

from __future__ import annotations

import re
from urllib.parse import unquote

MASK = "*"
MAX_CODED = 4  # times that a part may be percent-encoded: `%2540` is an @ too

# Each is linear in the length of the text, whoever made it.
_EMAIL = re.compile(r"[^/@\s]@[^/@\s]+\.[^/@\s]")  # one letter on each side
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_HEX = re.compile(r"[0-9a-f]{32,}", re.I)
_JWT = re.compile(r"(?<![\w\-])eyJ[\w\-]{5,}\.[\w\-]+")  # header and claims of a JSON Web Token, base64url
_LONG = re.compile(r"[\w\-.~]{24,}")
_TOKEN = re.compile(r"^(?=.*\d).*[A-Za-z]")  # a long run that mixes digits and letters
_DIGITS = re.compile(r"\d{6,}")


def masked(part: str) -> str:
    """A part of a path, or a value of a query, without what may point to a person.

    The whole part becomes `*` where it holds an e-mail, a UUID, 32 hex digits, a JWT, or looks like a token;
    else six digits in a row and more do. What is hidden by percent-encoding, up to four times, is found too.

    >>> masked("order-1234567"), masked("me%40home.example")
    ('order-*', '*')
    """
    plain = part
    for _ in range(MAX_CODED):
        if "%" not in plain:
            break
        plain = unquote(plain)
    # What is still encoded was encoded so often only to hide.
    if _PERCENT.search(plain) or any(pattern.search(plain) for pattern in _WHOLE) or _token_in(plain):
        return MASK
    if "/" in plain and plain != part:  # encoded slashes: each piece would have been a part of its own
        return part if all(masked(piece) == piece for piece in plain.split("/")) else MASK
    cut = _DIGITS.sub(MASK, plain)
    return part if cut == plain else cut


_PERCENT = re.compile(r"%(?:25)*[0-9a-f]{2}", re.I)
_WHOLE = (_EMAIL, _UUID, _HEX, _JWT)


def _token_in(text: str) -> bool:
    return any(_TOKEN.match(run) for run in _LONG.findall(text))
