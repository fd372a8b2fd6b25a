"""Mails whoever is mentioned in a note, once for each note and each answer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from store.definitions import Definitions
from store.outbox import OutboxMessage
from store.records import Site, User
from store.remarks import Remark
from viewer.access.mail_links import MailLinks, is_confirmed
from viewer.access.password_links import AccountMail, mail_of
from viewer.http.urls import Urls
from viewer.mail.outbox import Outbox
from viewer.subscriptions import Subscriptions


@dataclass(frozen=True)
class Mention:
    """`text` of `author` in a note or an answer; `language`: of whoever is mentioned, "" for English."""

    site: Site
    note: Remark
    author: str
    text: str
    language: str
    stop: str


@dataclass(frozen=True)
class Mentions:
    """`write`: the mail about a mention. `send` queries the store: run it in a thread."""

    definitions: Definitions
    subscriptions: Subscriptions
    outbox: Outbox
    links: MailLinks
    urls: Urls
    write: Callable[[Mention], AccountMail]

    def send(self, site: Site, note: Remark, answer: str, names: Collection[str]) -> int:
        """Mail those mentioned in the answer with this id, or in the note itself (""); how many mails were queued.
        Nobody is mailed twice about one text, nor about their own; only confirmed addresses are, and nobody who wants
        no such mail."""
        if not self.outbox.mail_is_set_up or not names:
            return 0
        said = next((one for one in note.answers if one.id == answer), None)
        author, text = (said.author, said.text) if said else (note.author, note.text)
        queued = 0
        for user in self.definitions.find(User):
            wanted = self.subscriptions.of(site.id, user.id)
            if user.id not in names or user.id == author or not is_confirmed(user) or not wanted.mentions:
                continue
            stop = self.urls.absolute(self.urls.unsubscribe(self.links.stop_secret(user.id, site.id)))
            language = wanted.language or user.language
            mail = self.write(Mention(site, note, author, text, language, stop))
            message = OutboxMessage(
                id="", to=mail_of(user), subject=mail.subject, text=mail.text, about="mention", site=site.id,
                unsubscribe=stop, created=0, next_try=0,
            )  # fmt: skip
            queued += self.outbox.put_once(f"mention {site.id} {note.id} {answer} {user.id}", message)
        return queued
