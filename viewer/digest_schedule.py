"""Sends each weekly digest once, at the hour that its reader chose (rules/subscription.py)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from rules.subscription import due_week
from store.definitions import Definitions
from store.outbox import OutboxMessage
from store.records import Site
from viewer.access.mail_links import MailLinks
from viewer.digests import DigestAsked, Digests
from viewer.http.urls import Urls
from viewer.mail.outbox import Outbox
from viewer.scheduled import Scheduled, Stopping
from viewer.subscriptions import Subscriber, Subscriptions

log = logging.getLogger("parcours.mail")
LOOK_SECONDS = 60.0


class DigestSchedule:
    """One thread, which looks every minute who is due. Several processes may: the outbox takes each digest once."""

    def __init__(
        self,
        definitions: Definitions,
        subscriptions: Subscriptions,
        digests: Digests,
        outbox: Outbox,
        links: MailLinks,
        urls: Urls,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._definitions = definitions
        self._subscriptions = subscriptions
        self._digests = digests
        self._outbox = outbox
        self._links = links
        self._urls = urls
        self._now = now
        self.scheduled = Scheduled("digests", self.send_due, LOOK_SECONDS)

    def send_due(self, stopping: Stopping = lambda: False) -> int:
        """Queue what is due; returns how many mails. A digest that cannot be written is tried again a minute later."""
        if not self._outbox.mail_is_set_up:
            return 0
        sites = {one.id: one for one in self._definitions.find(Site)}
        queued = 0
        for one in self._subscriptions.subscribers():
            if stopping():
                break
            if one.confirmed and one.wanted.site in sites:
                try:
                    queued += self._send(one, sites[one.wanted.site])
                except Exception as error:  # one site that cannot be read must not stop the others
                    log.warning("the digest of site %s could not be written: %s", one.wanted.site, error)
        return queued

    def _send(self, one: Subscriber, site: Site) -> bool:
        week = due_week(one.wanted, site.zone, int(self._now() * 1000))
        if week is None:
            return False
        key = f"digest {site.id} {one.user.id} {week.key}"
        if self._outbox.progress(key):
            return False
        stop = self._urls.absolute(self._urls.unsubscribe(self._links.stop_secret(one.user.id, site.id)))
        asked = DigestAsked(site.id, week.until, one.language, stop, one.address)
        made = self._digests.now(asked)
        message = OutboxMessage(
            id="", to=one.address, subject=made.subject, text=made.text, html=made.html, about="digest", site=site.id,
            unsubscribe=stop, created=0, next_try=0,
        )  # fmt: skip
        return self._outbox.put_once(key, message)
