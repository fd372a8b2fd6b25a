"""Looks every hour at what is over its level, and sends each alert once until it was under it again."""

from __future__ import annotations

import logging

from rules.alerts import changed_states
from store.alerts import AlertState
from store.definitions import Conflict
from store.outbox import OutboxMessage
from store.records import Site
from viewer.alerts import Alerts, AlertText, Found, levels_of
from viewer.mailing import Mailing
from viewer.scheduled import Scheduled, Stopping
from viewer.subscriptions import Subscriber

log = logging.getLogger("parcours.mail")
LOOK_SECONDS = 3_600.0


class AlertWatch:
    """One thread. An alert is in the outbox before its state is stored: if the process dies between the two, or two
    processes look at once, the outbox still takes it once."""

    def __init__(self, mailing: Mailing, alerts: Alerts) -> None:
        self._mailing = mailing
        self._alerts = alerts
        self.scheduled = Scheduled("alerts", self.look, LOOK_SECONDS)

    def look(self, stopping: Stopping = lambda: False) -> int:
        """Look at every site; returns how many messages were queued."""
        queued = 0
        for site in self._mailing.definitions.find(Site):
            if stopping():
                break
            if site.counts_only:  # alerts compare the visits of today with those of days before: it has neither
                continue
            try:
                queued += self._look_at(site)
            except Exception as error:  # one site that cannot be read must not stop the others
                log.warning("the alerts of site %s could not be read: %s", site.id, error)
        return queued

    def _look_at(self, site: Site) -> int:
        mails = self._mailing.outbox.mail_is_set_up
        readers = [
            one
            for one in self._mailing.subscriptions.subscribers(site.id)
            if mails and one.wanted.alerts and one.confirmed
        ]
        if not readers and self._mailing.webhooks.of(site.id) is None:
            return 0
        levels = levels_of(self._mailing.definitions, site.id)
        languages = {"en", *(one.language or "en" for one in readers)}
        found = {code: self._alerts.now(levels, code) for code in sorted(languages)}
        states = {one.key: one for one in self._mailing.definitions.find(AlertState, site=site.id)}
        queued = 0
        for state in changed_states(states, found["en"].keys(), site.id):
            if state.over:
                queued += self._send(site, state, readers, found)
            try:
                self._mailing.definitions.put(state)
            except Conflict:
                log.info("an alert of site %s was handled by another process", site.id)
        return queued

    def _send(self, site: Site, state: AlertState, readers: list[Subscriber], found: dict[str, Found]) -> int:
        key = f"alert {state.id} {state.times}"
        queued = 0
        for one in readers:
            if alert := found[one.language or "en"].get(state.key):
                queued += self._mailing.outbox.put_once(f"{key} {one.user.id}", self._mail(site, one, alert))
        alert = found["en"][state.key]
        body: dict[str, object] = {"subject": alert.subject, "sentence": alert.words, "href": alert.href}
        hook = self._mailing.webhooks.message(
            site.id, "alert", site.name, body | {"key": state.key, "times": state.times}
        )
        if hook is not None:
            queued += self._mailing.outbox.put_once(f"{key} webhook", hook)
        return queued

    def _mail(self, site: Site, one: Subscriber, alert: AlertText) -> OutboxMessage:
        stop = self._mailing.stop_link(one.user.id, site.id)
        text = f"{alert.words}\n\n{alert.href}\n\n--\n{stop}\n"
        return OutboxMessage(
            id="", to=one.address, subject=alert.subject, text=text, about="alert", site=site.id, unsubscribe=stop,
            created=0, next_try=0,
        )  # fmt: skip
