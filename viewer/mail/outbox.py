"""The outbox: mails and webhook messages are stored, sent by one process, and tried again until they have arrived."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from store.definitions import Conflict, Definitions, Missing, Stored
from store.erasure import erase_versions
from store.errors import StoreError
from store.outbox import Channel, OutboxMessage, SendProblem, SentMessage
from store.worker import Worker
from viewer.mail.address import mail_address
from viewer.mail.sending import NotSent, Sender, one_line

log = logging.getLogger("parcours.mail")
MINUTE = 60_000  # ms
PAUSES = tuple(n * MINUTE for n in (1, 5, 15, 45, 90, 180, 360))  # after each attempt; the last one repeats
GIVE_UP = 3 * 24 * 60 * MINUTE  # after the message was put
KEEP_GIVEN_UP = 7 * 24 * 60 * MINUTE  # for so long the page says so
GIVEN_UP_BY = "given up"  # the author of the removal of a message that was given up
KEEP_SENT = 30 * 24 * 60 * MINUTE  # for so long the page lists what was sent to whom
LISTED = ("digest", "alert", "webhook", "mention")  # of these; not of mails about accounts
CLAIM = 15 * MINUTE  # after this, the process that claimed a message is taken for dead
LOOK_SECONDS = 20.0
CLEAN_SECONDS = 3_600.0
STOP_SECONDS = 3.0


class MailNotSetUp(ValueError):
    """There is no mail server in the settings."""


@dataclass(frozen=True)
class OutboxState:
    """The messages that wait and those that were given up. Times in ms since 1970; `tries`: of the oldest.

    `until`: when the oldest is given up. `problem`, `reply`: of the last attempt.
    """

    waiting: int = 0
    since: int = 0
    tries: int = 0
    next_try: int = 0
    until: int = 0
    problem: SendProblem = ""
    reply: str = ""
    given_up: Sequence[OutboxMessage] = ()


class Outbox:
    """All methods but `start` and `stop` query the store: call them in a thread. `now`: s since 1970."""

    def __init__(
        self,
        definitions: Definitions,
        senders: Mapping[Channel, Sender],
        mail_is_set_up: bool,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._definitions = definitions
        self._senders = senders
        self._now = now
        self._cleaned = -CLEAN_SECONDS
        self._stopping = False
        self.mail_is_set_up = mail_is_set_up
        self._worker: Worker[bool] = Worker("outbox", self._handle, lambda: LOOK_SECONDS)

    def start(self) -> None:
        self._stopping = False
        self._worker.start()
        self._worker.put(True)

    def stop(self) -> None:
        self._stopping = True
        self._worker.stop(STOP_SECONDS)

    def put(self, to: str, subject: str, text: str, html: str = "", about: str = "", *, site: str = "") -> str:
        """Queue a mail to one address; returns its id. BadAddress, or MailNotSetUp if there is no mail server.

        The subject is cut and made one line; `text` and `html` are sent as they are, so HTML must be escaped.
        """
        if not self.mail_is_set_up:
            raise MailNotSetUp("No mail server is set up: set PARCOURS_SMTP_URL and PARCOURS_MAIL_FROM.")
        return self._add(
            OutboxMessage(
                id=secrets.token_hex(16), to=mail_address(to), subject=one_line(subject, 200), text=text, html=html,
                about=about, site=site, created=self._ms, next_try=self._ms,
            )
        )  # fmt: skip

    def put_once(self, key: str, message: OutboxMessage) -> bool:
        """Queue a message unless one was ever queued under this key, by any process; whether it was queued.

        The id, the times and the attempts are set here; a mail address is checked.
        """
        id = _id_of(key)
        if self._definitions.revisions(OutboxMessage, id):
            return False
        to = mail_address(message.to) if message.channel == "mail" else message.to
        subject = one_line(message.subject, 200)
        try:
            self._add(replace(message, id=id, to=to, subject=subject, created=self._ms, next_try=self._ms))
        except Conflict:
            return False
        return True

    def progress(self, key: str) -> Literal["", "waiting", "sent", "given_up"]:
        """What became of the message that was put under a key; "" if none was."""
        found = self._definitions.revisions(OutboxMessage, _id_of(key), most=1)
        if not found:
            return ""
        newest = found[0]
        if newest.record is None:
            return "given_up" if newest.author == GIVEN_UP_BY else "sent"
        return "given_up" if newest.record.given_up else "waiting"

    def state(self, site: str | None = None) -> OutboxState:
        """Of one site's messages (with those of no site), or of all."""
        found = [one for one in self._definitions.find(OutboxMessage) if site is None or one.site in ("", site)]
        given_up = tuple(sorted((one for one in found if one.given_up), key=lambda one: one.given_up))
        waiting = sorted((one for one in found if not one.given_up), key=lambda one: (one.created, one.id))
        if not waiting:
            return OutboxState(given_up=given_up)
        oldest = waiting[0]
        failed = next((one for one in waiting if one.problem), oldest)
        return OutboxState(
            waiting=len(waiting),
            since=oldest.created,
            tries=oldest.tries,
            next_try=min(one.next_try for one in waiting),
            until=oldest.created + GIVE_UP,
            problem=failed.problem,
            reply=failed.reply,
            given_up=given_up,
        )

    def try_now(self, site: str | None = None) -> int:
        """Try what waits at once instead of at its next time; returns how many messages that are."""
        waiting = [
            one
            for one in self._definitions.find(OutboxMessage)
            if not one.given_up and not self._is_claimed(one) and (site is None or one.site in ("", site))
        ]
        for one in waiting:
            self._write(replace(one, next_try=self._ms))
        self._worker.put(True)
        return len(waiting)

    def send_due(self) -> int:
        """Send what is due; returns how many messages were sent. The thread of `start` calls it."""
        sent = 0
        for one in self._definitions.find(OutboxMessage):
            if self._stopping:
                break
            if one.given_up:
                if one.given_up + KEEP_GIVEN_UP < self._ms:
                    self._remove(one, GIVEN_UP_BY)
            elif one.next_try <= self._ms and not self._is_claimed(one):
                sent += self._attempt(one)
        return sent

    def sent(self, site: str, most: int = 20) -> list[SentMessage]:
        """The last messages of a site that were sent, newest first."""
        found = self._definitions.find(SentMessage, site=site)
        return sorted(found, key=lambda one: (-one.time, one.id))[:most]

    def erase_sent(self) -> None:
        """Erase the texts of the messages that were sent: they may hold links that sign somebody in. And forget after
        KEEP_SENT what was sent to whom."""
        old = [one for one in self._definitions.find(SentMessage) if one.time + KEEP_SENT < self._ms]
        for one in old:
            self._definitions.delete_stored(SentMessage, Stored(one.id, one.version, {}))
        if old:
            erase_versions(self._definitions.store, [f"sent/{one.id}" for one in old])
        rows = self._definitions.store.rows(
            "SELECT id FROM definitions WHERE kind = 'outbox' GROUP BY id "
            "HAVING argMax(json, version) = '{}' AND countIf(json != '{}') > 0"
        )
        if rows:
            erase_versions(self._definitions.store, [f"outbox/{row['id']}" for row in rows])

    @property
    def _ms(self) -> int:
        return int(self._now() * 1000)

    def _handle(self, _: bool | None) -> None:
        try:
            self.send_due()
            if self._now() - self._cleaned > CLEAN_SECONDS:
                self._cleaned = self._now()
                self.erase_sent()
        except StoreError as error:
            log.warning("the outbox could not be read: %s", error)

    def _add(self, message: OutboxMessage) -> str:
        self._definitions.put(message)
        self._worker.put(True)
        return message.id

    def _is_claimed(self, message: OutboxMessage) -> bool:
        return bool(message.claimed) and message.claimed + CLAIM > self._ms

    def _attempt(self, message: OutboxMessage) -> bool:
        """Claim a message, so that no other process sends it, and try to send it. Whether it was sent."""
        claimed = self._write(replace(message, claimed=self._ms, tries=message.tries + 1))
        if claimed is None:
            return False
        try:
            self._senders[message.channel].send(claimed)
        except NotSent as problem:
            self._failed(claimed, problem)
            return False
        except Exception as error:  # a message that cannot be built must not stop the others
            log.exception("%s about %s could not be sent", message.channel, message.about)
            self._failed(claimed, NotSent("refused", type(error).__name__, final=True))
            return False
        self._note_sent(claimed)
        self._remove(claimed)
        log.info("a %s about %s was sent", message.channel, message.about or "nothing in particular")
        return True

    def _failed(self, message: OutboxMessage, error: NotSent) -> None:
        pause = PAUSES[min(message.tries, len(PAUSES)) - 1]
        late = self._ms + pause > message.created + GIVE_UP
        changed = replace(
            message,
            claimed=0,
            next_try=self._ms + pause,
            problem=error.problem,
            reply=error.reply,
            given_up=self._ms if error.final or late else 0,
        )
        if changed.given_up:
            changed = replace(changed, text="", html="")
        self._write(changed)
        outcome = "given up" if changed.given_up else f"tried again in {pause // MINUTE} min"
        log.warning("a %s about %s was not sent (%s): %s", message.channel, message.about, error, outcome)

    def _write(self, message: OutboxMessage) -> OutboxMessage | None:
        """The message as stored; None if another process has changed it."""
        try:
            return self._definitions.put(message)
        except (Conflict, Missing):
            return None

    def _note_sent(self, message: OutboxMessage) -> None:
        if message.about not in LISTED:
            return
        sent = SentMessage(
            id=message.id, channel=message.channel, to=message.to, about=message.about, site=message.site, time=self._ms
        )
        try:
            self._definitions.put(sent)
        except Conflict:
            log.warning("a %s about %s was sent twice", message.channel, message.about)

    def _remove(self, message: OutboxMessage, by: str = "") -> None:
        try:
            self._definitions.delete_stored(OutboxMessage, Stored(message.id, message.version, {}), by)
        except Conflict:
            log.warning("a %s about %s was changed while it was sent", message.channel, message.about)


def _id_of(key: str) -> str:
    """The id of the message that is put under a key once."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
