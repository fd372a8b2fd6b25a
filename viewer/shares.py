"""Read-only links: made, opened, counted and revoked."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from rules.find import NotFound
from rules.share import SharedThing, can_extend, can_undo, extended, is_listed, new_share, works
from store.definitions import Conflict, Definitions, Missing
from store.records import Site
from store.shares import Share, ShareUse
from store.zones import UTC_ZONE, now_ms
from viewer.access.hashing import Hashing
from viewer.access.passwords import hash_password
from viewer.access.shared_links import new_secret, share_id
from viewer.work import Work

WRITE_SECONDS = 60.0  # a link that is opened often is written once in this time
TRIES = 5  # to write a count that another process writes too


@dataclass(frozen=True)
class MadeShare:
    """A new link with its secret, which cannot be read again."""

    share: Share
    secret: str


@dataclass(frozen=True)
class ListedShare:
    """A link with its use."""

    share: Share
    use: ShareUse

    @property
    def works(self) -> bool:
        return works(self.share, now_ms())


class ShareUses:
    """Counts how often links are opened. Counts of the last WRITE_SECONDS are in memory."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._waiting: dict[str, ShareUse] = {}  # what is not written yet, by link
        self._written: dict[str, float] = {}
        self._lock = threading.Lock()

    def count(self, share: Share, day: str) -> None:
        """Count one opening, on this day."""
        with self._lock:
            before = self._waiting.get(share.id, ShareUse(id=share.id, site=share.site))
            self._waiting[share.id] = replace(before, opened=before.opened + 1, last=day)
            due = time.monotonic() - self._written.get(share.id, float("-inf")) >= WRITE_SECONDS
        if due:
            self.write(share.id)

    def write(self, id: str) -> None:
        """Write what was counted of a link."""
        with self._lock:
            more = self._waiting.pop(id, None)
            self._written[id] = time.monotonic()
        if more is None:
            return
        for _ in range(TRIES):
            stored = self._stored(more)
            try:
                self._definitions.put(replace(stored, opened=stored.opened + more.opened, last=more.last))
            except Conflict:
                continue
            return

    def write_all(self) -> None:
        for id in list(self._waiting):
            self.write(id)

    def _stored(self, use: ShareUse) -> ShareUse:
        try:
            return self._definitions.get(ShareUse, use.id)
        except Missing:
            return ShareUse(id=use.id, site=use.site)


class ShareLinks:
    """The links of all sites. Methods without `async` query the store: run them in threads."""

    def __init__(self, definitions: Definitions, work: Work, hashing: Hashing) -> None:
        self._definitions = definitions
        self._work = work
        self._hashing = hashing
        self.uses = ShareUses(definitions)

    async def make(self, site: Site, thing: SharedThing, fields: Mapping[str, object], by: str) -> MadeShare:
        """A new link. InvalidDefinition if the fields have faults."""
        secret = new_secret()
        share = new_share(share_id(secret), thing, fields, site.zone, by)
        if password := str(fields.get("password") or ""):
            share = replace(share, password=await self._hashing.run_known(hash_password, password))
        return MadeShare(await self._work.run(self._definitions.put, share, by), secret)

    async def opened(self, secret: str) -> Share | None:
        """The link with this secret; None if it was never made, has ended or was revoked."""

        def read() -> Share | None:
            try:
                found = self._definitions.get(Share, share_id(secret))
            except Missing:
                return None
            return found if works(found, now_ms()) else None

        return await self._work.run(read)

    async def count(self, share: Share) -> None:
        """Count that a reader opened the link."""
        await self._work.run(self.uses.count, share, UTC_ZONE.today().isoformat())

    async def listed(self, site: str) -> list[ListedShare]:
        """The links of a site, the newest first; revoked and ended ones for some days."""
        return await self._work.run(self._listed, site)

    async def revoke(self, site: str, id: str, by: str) -> Share:
        """End a link at once. NotFound if the site has no such link."""
        return await self._work.run(self._revoke, site, id, by)

    async def restore(self, site: str, id: str, by: str) -> Share:
        """Take back a revocation of the last seconds. NotFound if there is none."""

        def write() -> Share:
            share = self._of_site(site, id)
            if not can_undo(share, now_ms()):
                raise NotFound("share", id, ())
            return self._definitions.put(replace(share, revoked=0), by)

        return await self._work.run(write)

    async def extend(self, site: Site, id: str, by: str) -> Share:
        """Let a link that opens end later. NotFound if the site has no such link, or it opens no more."""

        def write() -> Share:
            share = self._of_site(site.id, id)
            if not works(share, now_ms()):
                raise NotFound("share", id, ())
            if not can_extend(share, site.zone.today(), now_ms()):
                return share
            return self._definitions.put(extended(share, site.zone), by)

        return await self._work.run(write)

    def links_of(self, user: str, site: str = "") -> list[Share]:
        """The links that a user made and that still open, on one site or on all."""
        now = now_ms()
        found = self._definitions.find(Share, by=user)
        return [share for share in found if works(share, now) and site in ("", share.site)]

    def revoke_links_of(self, user: str, site: str = "", by: str = "") -> int:
        """Revoke the links that a user made; returns how many."""
        found = self.links_of(user, site)
        for share in found:
            self._revoke(share.site, share.id, by)
        return len(found)

    def _listed(self, site: str) -> list[ListedShare]:
        self.uses.write_all()
        now, uses = now_ms(), {one.id: one for one in self._definitions.find(ShareUse, site=site)}
        shares = [one for one in self._definitions.find(Share, site=site) if is_listed(one, now)]
        newest_first = sorted(shares, key=lambda one: -one.made)
        return [ListedShare(one, uses.get(one.id, ShareUse(id=one.id, site=site))) for one in newest_first]

    def _revoke(self, site: str, id: str, by: str) -> Share:
        share = self._of_site(site, id)
        return share if share.revoked else self._definitions.put(replace(share, revoked=now_ms()), by)

    def _of_site(self, site: str, id: str) -> Share:
        try:
            share = self._definitions.get(Share, id)
        except Missing:
            raise NotFound("share", id, ()) from None
        if share.site != site:
            raise NotFound("share", id, ())
        return share
