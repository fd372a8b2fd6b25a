"""Masks what must never be part of a page's name or reach a disk: e-mail addresses, ids, tokens, long numbers.

tracker_js/src/masking.js applies the same rules in the same order: tests/tracker/test_addresses.py compares the
patterns, and runs both on tests/examples/addresses.json.
"""

from __future__ import annotations

import re

MASK = "*"
MAX_ENCODED = 5  # times that a part may be percent-encoded: `%2540` is an @ too

# The patterns use only syntax that Python and JavaScript read alike; `\w` and `\d` are ASCII.
WHOLE = "|".join(
    (
        r"[^/@+ ]@[^/@+ ]+\.[^/@+ ]",  # e-mail address, with one letter on each side
        r"([\da-f]-?){32}",  # 32 hex digits, also as a UUID
        r"\beyJ[\w-]+\.eyJ",  # header and claims of a JSON Web Token, base64url
        r"%[\da-f]{2}",  # encoded more than MAX_ENCODED times, only to hide something
    )
)
TOKEN = r"(^|[^\w.~-])(?=[\w.~-]*\d)(?=[\w.~-]*[a-z])[\w.~-]{24}"  # 24 letters and digits, mixed
NUMBER = r"(\d|%3\d){6,}|%.."  # a long number, or an escape that is not part of one

_FLAGS = re.IGNORECASE | re.ASCII
_WHOLE = re.compile(f"{WHOLE}|{TOKEN}", _FLAGS)
_NUMBER = re.compile(NUMBER, _FLAGS)
_DIGITS = re.compile(r"\d{6}", _FLAGS)
_PLAIN = re.compile(r"(?!.*\d{6})[\w-]{0,23}", _FLAGS)  # too short for WHOLE and TOKEN
_ESCAPE = re.compile(r"%(?:u([\da-f]{4})|([\da-f]{2}))", _FLAGS)


def masked(part: str) -> str:
    """A part of a path, a value of a query or the name of an event, without what may identify a person.

    `part` is percent-encoded, as in an address, and so is the result. The whole part becomes `*` if it contains an
    e-mail address, a UUID, 32 hex digits, a JWT, or looks like a token; otherwise each run of six digits or more does.
    Masking a masked part changes nothing.

    >>> masked("order-1234567"), masked("me%40home.example"), masked("507f1f77bcf86cd799439011")
    ('order-*', '*', '*')
    """
    if is_plain(part):
        return part
    cut = _NUMBER.sub(_mask_number, part)
    if _WHOLE.search(_decoded(part)):
        return MASK
    if cut == part and "%" not in part:
        return part
    plain = _decoded(cut)
    return MASK if _WHOLE.search(plain) or _DIGITS.search(plain) else cut


def is_plain(part: str) -> bool:
    """Whether `part` is a short ASCII word with nothing to mask or to decode. Most parts of addresses are."""
    return _PLAIN.fullmatch(part) is not None


def _mask_number(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) < 6 else MASK


def _decoded(part: str) -> str:
    """`part` as JavaScript's `unescape` decodes it: byte by byte, since all that matters is ASCII."""
    for _ in range(MAX_ENCODED):
        if "%" not in part:
            break
        part = _ESCAPE.sub(_character, part)
    return part


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1] or escape[2], 16))
