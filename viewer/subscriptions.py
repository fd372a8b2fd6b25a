"""Who gets which mails about a site."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from rules.subscription import MailChoice
from store.definitions import Conflict, Definitions, Missing
from store.records import User
from store.subscriptions import Subscription, subscription_id
from viewer.access.mail_links import is_confirmed
from viewer.access.members import role_on
from viewer.access.password_links import mail_of


@dataclass(frozen=True)
class Subscriber:
    """Somebody who asked for mail about a site and may still see it. `confirmed`: whether it may be sent."""

    user: User
    wanted: Subscription
    confirmed: bool

    @property
    def address(self) -> str:
        return mail_of(self.user)

    @property
    def language(self) -> str:
        """ "" if neither the subscription nor the person chose one."""
        return self.wanted.language or self.user.language


class Subscriptions:
    """Every method queries the store: run them in threads. `now`: s since 1970."""

    def __init__(self, definitions: Definitions, now: Callable[[], float] = time.time) -> None:
        self._definitions = definitions
        self._now = now

    def of(self, site: str, user: str) -> Subscription:
        """What somebody asked for; all off if they never did."""
        id = subscription_id(site, user)
        try:
            return self._definitions.get(Subscription, id)
        except Missing:
            return Subscription(id=id, site=site, user=user)

    def save(self, site: str, user: str, choice: MailChoice) -> Subscription:
        """Store what somebody asks for; the last of two changes at once counts."""
        while True:
            before = self.of(site, user)
            since = before.since if before.weekly else int(self._now() * 1000)
            wanted = replace(
                before, weekly=choice.weekly, weekday=choice.weekday, hour=choice.hour, language=choice.language,
                alerts=choice.alerts, mentions=choice.mentions, since=since if choice.weekly else 0,
            )  # fmt: skip
            try:
                return self._definitions.put(wanted, user)
            except Conflict:
                continue

    def stop(self, site: str, user: str) -> None:
        """End every mail about a site; nothing if there is none."""
        stored = self.of(site, user)
        if stored.weekly or stored.alerts or stored.mentions:
            none = MailChoice(weekday=stored.weekday, hour=stored.hour, language=stored.language, mentions=False)
            self.save(site, user, none)

    def subscribers(self, site: str = "") -> list[Subscriber]:
        """Who asked for mail, of one site or of all, by name; without those who may no longer see the site."""
        users = {one.id: one for one in self._definitions.find(User)}
        wanted = [one for one in self._definitions.find(Subscription) if site in ("", one.site)]
        return [
            Subscriber(users[one.user], one, is_confirmed(users[one.user]))
            for one in sorted(wanted, key=lambda one: (one.site, one.user))
            if (one.weekly or one.alerts) and one.user in users and role_on(users[one.user], one.site)
        ]
