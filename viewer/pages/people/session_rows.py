"""Where a person is signed in, on the account page."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from store.sessions import SessionRecord
from store.zones import now_ms
from viewer.access.person import signed_in
from viewer.access.session_list import WRITE_MS, SessionList, session_id
from viewer.access.sessions import Session
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import go
from viewer.pages.frame.languages import Language
from viewer.work import Work

EVERY_OTHER = "others"


@dataclass(frozen=True)
class SessionRow:
    """A browser in which the person is signed in. `here`: the one that shows the page."""

    id: str
    name: str
    since: str
    last: str
    here: bool


class SessionChanges:
    """Reads and ends the sessions of whoever is signed in."""

    def __init__(self, open_sessions: SessionList, urls: Urls, work: Work) -> None:
        self._open = open_sessions
        self._urls = urls
        self._work = work

    async def rows(self, request: Request, lang: Language) -> list[SessionRow]:
        """The person's sessions, this one first; none for a program."""
        who, here = signed_in(request), _here(request)
        if who.via != "session":
            return []
        found = await self._work.run(self._open.of, who.name)
        ordered = sorted(found, key=lambda one: one.id != here)
        return [_row(lang, one, one.id == here) for one in ordered]

    async def end(self, request: Request, id: str) -> Response:
        """End one of the person's sessions, or all others, and go back to the list."""
        who = signed_in(request)
        if who.via != "session":
            raise Problem(401, "sign_in", "Sign-in required.")
        if id == EVERY_OTHER:
            await self._work.run(self._open.end_all, who.name, who.name, _here(request))
        else:
            await self._work.run(self._open.end, who.name, id, who.name)  # if it has ended already: as wanted
        self._work.forget()
        return go(self._urls.account() + "#sessions")


async def end(request: Request, *, changes: SessionChanges) -> Response:
    """POST ends the session that the field `session` names, or all others."""
    return await changes.end(request, text(await request.form(), "session"))


def agent_words(lang: Language, browser: str, system: str) -> str:
    """`Firefox on Linux`."""
    if not browser and not system:
        return lang.text("an unknown browser")
    if not browser or not system:
        return browser or system
    return lang.text("%(browser)s on %(system)s", browser=browser, system=system)


def last_seen(lang: Language, ms: int) -> str:
    """When something was used last: `now` within the time between two records of it."""
    return lang.text("now") if now_ms() - ms < WRITE_MS else lang.moment(ms)


def _here(request: Request) -> str:
    session: Session | None = getattr(request.state, "session", None)
    return session_id(session.nonce) if session else ""


def _row(lang: Language, one: SessionRecord, here: bool) -> SessionRow:
    name = agent_words(lang, one.browser, one.system)
    return SessionRow(one.id, name[:1].upper() + name[1:], lang.moment(one.started), last_seen(lang, one.last), here)
