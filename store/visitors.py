"""Numbers of visitors who consented: a hash of their first-party id, keyed with the owner's secret."""

from __future__ import annotations

import hashlib
import re
import secrets

from store.definitions import Conflict, Definitions, Missing
from store.records import Secret

_SECRET = "visitors"
_MARK = re.compile(r"#[0-9a-f]{16}")


def keyed_number(key: bytes, *parts: str) -> int:
    """64 bits of a keyed hash. Only the last part may contain a NUL, so no two lists of parts are equal when joined."""
    text = "\0".join(parts).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=key).digest(), "little")


def consented_visitor(secret: bytes, site: int, id: str) -> int:
    """The visitor of a site with this first-party id."""
    return keyed_number(secret, str(site), "id", id)


def own_id(name: str) -> str:
    """The first-party id of a visitor whom the owner names, as the tracker sends it for parcours('identify', …)."""
    return f"@{name}"[:64]


def owners_secret(definitions: Definitions) -> bytes:
    """The key of consented visitors, created by the first call. Raises StoreError."""
    try:
        return bytes.fromhex(definitions.get(Secret, _SECRET).value)
    except Missing:
        pass
    try:
        secret = definitions.put(Secret(id=_SECRET, value=secrets.token_hex(32)))
    except Conflict:  # another process was first
        secret = definitions.get(Secret, _SECRET)
    return bytes.fromhex(secret.value)


def staff_mark(visitor: int) -> str:
    """A visitor's number as a site's list of its team holds it: `#00c0ffee00c0ffee`."""
    return f"#{visitor:016x}"


def staff_marks(definitions: Definitions, site: int, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Ids that the owner's pages pass to parcours('identify', …) as marks, each once; marks stay as they are.

    The ids themselves are stored nowhere.
    """
    secret = owners_secret(definitions) if ids else b""
    return tuple(
        dict.fromkeys(
            id if _MARK.fullmatch(id) else staff_mark(consented_visitor(secret, site, own_id(id))) for id in ids if id
        )
    )


def staff_numbers(marks: tuple[str, ...]) -> frozenset[int]:
    """The visitors of a site's list of its team."""
    return frozenset(int(mark[1:], 16) for mark in marks if _MARK.fullmatch(mark))
