"""Secrets that all processes of one Parcours share, kept in the store."""

from __future__ import annotations

import secrets

from store.definitions import Conflict, Definitions, Missing
from store.records import Secret


def shared_secret(definitions: Definitions, id: str) -> str:
    """The secret of this name (64 hexadecimal digits); made when there is none yet."""
    try:
        return definitions.get(Secret, id).value
    except Missing:
        pass
    try:
        return definitions.put(Secret(id=id, value=secrets.token_hex(32))).value
    except Conflict:  # another process was first
        return definitions.get(Secret, id).value
