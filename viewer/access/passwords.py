"""Passwords as argon2id hashes."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rules.faults import accepted
from rules.user import LONGEST_PASSWORD, parse_password

_hasher = PasswordHasher()  # argon2id, 64 MiB, 3 passes: RFC 9106's second profile


def hash_password(password: str) -> str:
    """Its argon2id hash. InvalidDefinition where it is too short or too long."""
    return _hasher.hash(accepted(parse_password(password)))


@cache
def _nobody() -> str:
    """What is checked where the name is unknown, so that the answer takes as long as for a known one. Hashed on first
    use: it takes a tenth of the start of a process, and most commands check no password."""
    return _hasher.hash("nobody has this password")


def verify_password(hashed: str | None, password: str) -> bool:
    """Whether the password fits; `None` (no such user) takes as long and is never right."""
    nobody = _nobody()  # also for a known name: the first check must not tell them apart either
    try:
        _hasher.verify(hashed or nobody, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None
