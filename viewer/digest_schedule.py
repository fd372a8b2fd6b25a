"""Sends each weekly digest once, at the hour that its reader chose (rules/subscription.py)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial

from rules.subscription import due_week
from store.outbox import OutboxMessage
from store.records import Site
from store.subscriptions import Subscription
from viewer.digests import DigestAsked, Digests
from viewer.mailing import Mailing
from viewer.scheduled import Scheduled, Stopping
from viewer.subscriptions import Subscriber

log = logging.getLogger("parcours.mail")
LOOK_SECONDS = 60.0


class DigestSchedule:
    """One thread, which looks every minute who is due. Several processes may: the outbox takes each digest once."""

    def __init__(self, mailing: Mailing, digests: Digests, now: Callable[[], float] = time.time) -> None:
        self._mailing = mailing
        self._digests = digests
        self._now = now
        self.scheduled = Scheduled("digests", self.send_due, LOOK_SECONDS)

    def send_due(self, stopping: Stopping = lambda: False) -> int:
        """Queue what is due; returns how many. A digest that cannot be written is tried again a minute later."""
        # A digest compares visits with those of the week before: a site that keeps counts only has none.
        sites = {one.id: one for one in self._mailing.definitions.find(Site) if not one.counts_only}
        queued = 0
        asked: list[tuple[Site, Callable[[], bool]]] = [(site, partial(self._post, site)) for site in sites.values()]
        if self._mailing.outbox.mail_is_set_up:
            for one in self._mailing.subscriptions.subscribers():
                if one.confirmed and (site := sites.get(one.wanted.site)):
                    asked.append((site, partial(self._send, one, site)))
        for site, send in asked:
            if stopping():
                break
            try:
                queued += send()
            except Exception as error:  # one site that cannot be read must not stop the others
                log.warning("the digest of site %s could not be written: %s", site.id, error)
        return queued

    def _post(self, site: Site) -> bool:
        """The digest for the webhook of a site, on Monday at seven."""
        hook = self._mailing.webhooks.of(site.id)
        monday = Subscription(id="", site=site.id, user="webhook", weekly=True, since=hook.since if hook else 0)
        week = due_week(monday, site.zone, int(self._now() * 1000))
        key = f"digest webhook {site.id} {week.key if week else ''}"
        if hook is None or week is None or self._mailing.outbox.progress(key):
            return False
        made = self._digests.now(DigestAsked(site.id, week.until))
        message = self._mailing.webhooks.message(
            site.id, "digest", site.name, {"subject": made.subject, "digest": made.plain}
        )
        return message is not None and self._mailing.outbox.put_once(key, message)

    def _send(self, one: Subscriber, site: Site) -> bool:
        week = due_week(one.wanted, site.zone, int(self._now() * 1000))
        if week is None:
            return False
        key = f"digest {site.id} {one.user.id} {week.key}"
        if self._mailing.outbox.progress(key):
            return False
        stop = self._mailing.stop_link(one.user.id, site.id)
        asked = DigestAsked(site.id, week.until, one.language, stop, one.address)
        made = self._digests.now(asked)
        message = OutboxMessage(
            id="", to=one.address, subject=made.subject, text=made.text, html=made.html, about="digest", site=site.id,
            unsubscribe=stop, created=0, next_try=0,
        )  # fmt: skip
        return self._mailing.outbox.put_once(key, message)
