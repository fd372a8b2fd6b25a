"""Passwords as argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rules.faults import accepted
from rules.user import LONGEST_PASSWORD, parse_password

_hasher = PasswordHasher()  # argon2id, 64 MiB, 3 passes: RFC 9106's second profile
# Checked where the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Its argon2id hash. InvalidDefinition where it is too short or too long."""
    return _hasher.hash(accepted(parse_password(password)))


def verify_password(hashed: str | None, password: str) -> bool:
    """Whether the password fits; `None` (no such user) takes as long and is never right."""
    try:
        _hasher.verify(hashed or _NOBODY, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None
