"""What the schedules of digests and alerts send with."""

from __future__ import annotations

from dataclasses import dataclass

from store.definitions import Definitions
from viewer.access.mail_links import MailLinks
from viewer.http.urls import Urls
from viewer.mail.outbox import Outbox
from viewer.subscriptions import Subscriptions
from viewer.webhooks import Webhooks


@dataclass(frozen=True)
class Mailing:
    """The readers, the outbox, and the links of mails."""

    definitions: Definitions
    subscriptions: Subscriptions
    webhooks: Webhooks
    outbox: Outbox
    links: MailLinks
    urls: Urls

    def stop_link(self, user: str, site: str) -> str:
        """The absolute address that ends mails about a site."""
        return self.urls.absolute(self.urls.unsubscribe(self.links.stop_secret(user, site)))
