"""Passwords as argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from viewer.http.errors import Problem

SHORTEST = 10  # letters; length is what counts (NIST SP 800-63B)
LONGEST = 256  # letters: hashing time must not be the client's choice
_hasher = PasswordHasher()  # argon2id, 64 MiB, 3 passes: RFC 9106's second profile
# Checked where the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """Its argon2id hash. Raises Problem 422 where it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Problem(
            422,
            "password",
            f"The password has {len(password)} letters.",
            f"Choose one of {SHORTEST} to {LONGEST} letters.",
        )
    return _hasher.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Whether the password fits; `None` (no such user) takes as long and is never right."""
    try:
        _hasher.verify(hashed or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None
