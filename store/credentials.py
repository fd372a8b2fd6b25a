"""What the camera signs in to a site with: named secrets and cookies. They are stored encrypted.

A credential that is replaced or deleted is dropped with its partition; no earlier version is kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from store.client import Store
from store.sealing import Sealer

CredentialKind = Literal["secret", "cookies"]
_NAME = re.compile(r"[a-z0-9_\-]{1,64}")


@dataclass(frozen=True)
class Credential:
    """A stored credential without its value. `about` may be shown to everybody who may see that it exists."""

    site: int
    kind: CredentialKind
    name: str
    set_ms: int  # since 1970
    author: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    sealed: str = field(default="", repr=False)


class Credentials:
    """Reads and writes the table `credentials`. Only `reveal` returns a value."""

    def __init__(self, store: Store, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer

    def all(self, site: int) -> list[Credential]:
        """The credentials of a site by kind and name."""
        rows = self._store.rows(
            "SELECT kind, name, sealed, about, toUnixTimestamp64Milli(time) AS set_ms, author FROM credentials "
            "WHERE site = {site:UInt32} ORDER BY kind, name, credentials.time DESC LIMIT 1 BY kind, name",
            site=site,
        )
        return [
            Credential(
                site, row["kind"], row["name"], int(row["set_ms"]), row["author"],
                msgspec.json.decode(row["about"]), row["sealed"],
            )
            for row in rows
        ]  # fmt: skip

    def find(self, site: int, kind: CredentialKind, name: str) -> Credential | None:
        return next((one for one in self.all(site) if (one.kind, one.name) == (kind, name)), None)

    def put(self, credential: Credential, value: str) -> Credential:
        """Store `value`, in place of an earlier one of the same name; returns the credential as stored."""
        site, kind, name = credential.site, credential.kind, credential.name
        self.delete(site, kind, name)
        sealed, now = self._sealer.seal(value, _purpose(site, kind, name)), int(time.time() * 1000)
        row: dict[str, list[Any]] = {
            "site": [site],
            "kind": [kind],
            "name": [name],
            "sealed": [sealed],
            "about": [msgspec.json.encode(credential.about).decode()],
            "time": [now],
            "author": [credential.author],
        }
        self._store.insert("credentials", row)
        return Credential(site, kind, name, now, credential.author, credential.about, sealed)

    def delete(self, site: int, kind: CredentialKind, name: str) -> None:
        """Drop the partition of a credential, and with it its file."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a credential.")
        cluster = self._store.cluster
        on_cluster, table = (f" ON CLUSTER `{cluster}`", "credentials_local") if cluster else ("", "credentials")
        self._store.command(f"ALTER TABLE {table}{on_cluster} DROP PARTITION ({int(site)}, '{kind}', '{name}')")

    def reveal(self, credential: Credential) -> str:
        """The value. Raises Unsealable if it was encrypted under another key."""
        return self._sealer.open(credential.sealed, _purpose(credential.site, credential.kind, credential.name))


def _purpose(site: int, kind: str, name: str) -> str:
    """What a sealed value is bound to, so that it cannot be moved to another site or name."""
    return f"{site}/{kind}/{name}"
