"""The webhook of each site. Its secret is shown once, and stored encrypted."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping

import msgspec

from rules.alerts import WebhookRequest
from store.alerts import Webhook
from store.definitions import Conflict, Definitions, Missing
from store.outbox import OutboxMessage
from store.sealing import Sealer, Unsealable
from viewer.mail.webhook import WebhookTarget

_PURPOSE = "webhook "


class Webhooks:
    """Every method queries the store: run them in threads."""

    def __init__(self, definitions: Definitions, sealer: Sealer) -> None:
        self._definitions = definitions
        self._sealer = sealer

    def of(self, site: str) -> Webhook | None:
        try:
            return self._definitions.get(Webhook, site)
        except Missing:
            return None

    def save(self, site: str, asked: WebhookRequest, by: str) -> str:
        """Set the webhook of a site; returns its new secret, which is stored nowhere else. Conflict if somebody else
        changes it at the same time."""
        secret = f"whsec_{secrets.token_urlsafe(32)}"
        before = self.of(site)
        made = Webhook(
            id=site, site=site, version=before.version if before else 0, url=asked.url,
            sealed=self._sealer.seal(secret, _PURPOSE + site), allow_private=asked.allow_private,
            since=int(time.time() * 1000),
        )  # fmt: skip
        self._definitions.put(made, by)
        return secret

    def remove(self, site: str, by: str) -> None:
        """Nothing if there is none."""
        if (stored := self.of(site)) is not None:
            try:
                self._definitions.delete(stored, by)
            except Conflict:
                self.remove(site, by)

    def target(self, site: str) -> WebhookTarget | None:
        """Where its messages go; None if there is none, or if its secret was encrypted with another key."""
        stored = self.of(site)
        try:
            secret = self._sealer.open(stored.sealed, _PURPOSE + site) if stored else ""
        except Unsealable:
            return None
        return WebhookTarget(stored.url, secret, stored.allow_private) if stored else None

    def message(self, site: str, kind: str, name: str, body: Mapping[str, object]) -> OutboxMessage | None:
        """A message for the outbox; None without a webhook. `kind`: digest, alert or test; `name`: of the site."""
        stored = self.of(site)
        if stored is None:
            return None
        text = msgspec.json.encode({"type": kind, "site": {"id": site, "name": name}, **body}).decode()
        about = "webhook" if kind == "test" else kind
        return OutboxMessage(
            id="", channel="webhook", to=stored.url, subject=kind, text=text, about=about, site=site, created=0,
            next_try=0,
        )  # fmt: skip
