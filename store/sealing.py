"""Authenticated encryption of small texts: AES-256-GCM of the library `cryptography`.

https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12  # bytes, random: safe for 2³² texts under one key
LEAST_KEY = 32  # bytes of key material


class Unsealable(ValueError):
    """The text was sealed under another key or for another purpose, or it was changed."""


class Sealer:
    """Seals texts under a key derived from `material`, at least 32 bytes that cannot be guessed."""

    def __init__(self, material: bytes) -> None:
        if len(material) < LEAST_KEY:
            raise ValueError(f"A key needs at least {LEAST_KEY} bytes.")
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"parcours credentials").derive(material)
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        return "Sealer()"  # never the key

    def seal(self, text: str, purpose: str) -> str:
        """The encrypted text. Only `open` with the same purpose returns it."""
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), purpose.encode())).decode()

    def open(self, sealed: str, purpose: str) -> str:
        """The text. Raises Unsealable."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unsealable("It was encrypted with another key.") from None
