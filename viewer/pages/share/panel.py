"""The panel "Share", beside what is shared: the form of a new link, and the links that there are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from rules.period import DAYS
from rules.share import USUAL_DAYS, SharedThing, can_extend, can_undo, latest_end, usual_end
from rules.user import SHORTEST_PASSWORD
from store.records import Site
from store.zones import now_ms
from viewer.access.sessions import Sessions
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.shares import ListedShare, MadeShare, ShareLinks

MADE_SECONDS = 60  # how long the page that shows a new link once can be loaded
SOON_DAYS = 3  # before the end of a link, which is then marked


@dataclass(frozen=True)
class NewLink:
    """A link that was just made. `password` is shown only now."""

    name: str
    href: str
    until: str
    password: str


@dataclass(frozen=True)
class ShareRow:
    """A link in the list. `undo`: the revocation can still be taken back; `revoke`: it can be revoked; `extend`: the
    days that can be added to it, in words, "" if none can."""

    id: str
    name: str
    details: str
    ends: str
    soon: bool
    opened: str
    last: str
    revoke: bool
    undo: bool
    extend: str = ""

    @property
    def quiet(self) -> bool:
        return not self.revoke


@dataclass(frozen=True)
class SharePanel:
    """`question`: what is shared, as the form sends it. `close`: the page without the panel."""

    heading: str
    shows: str
    with_elements: bool
    days: str
    last_days: str
    kind: str
    target: str
    question: str
    action: str
    back: str
    close: str
    ends: str
    first: str
    latest: str
    shortest: int
    made: NewLink | None
    undo: ShareRow | None
    rows: tuple[ShareRow, ...]
    all_href: str
    all_label: str


@dataclass(frozen=True)
class Sharing:
    """What is shared from a page: in words, and the addresses of the page with (`here`) and without its panel."""

    thing: SharedThing
    heading: str
    shows: str
    here: str
    close: str


class SharePanels:
    """Makes the panels. The secret of a new link is shown once: until then it is in a signed cookie of its maker."""

    def __init__(self, shares: ShareLinks, sessions: Sessions, urls: Urls, secret: bytes) -> None:
        self._shares = shares
        self._sessions = sessions
        self._urls = urls
        self._signer = URLSafeTimedSerializer(secret, salt="parcours new shared link")
        self._cookie = f"{sessions.cookie}-made"

    async def of(self, request: Request, lang: Language, site: Site, sharing: Sharing) -> SharePanel:
        today, thing, urls = site.zone.today(), sharing.thing, self._urls
        since, until = thing.question.period.span(today)
        listed = await self._shares.listed(site.id)
        here = [one for one in listed if is_same(one, thing, today)]
        rows = tuple(share_row(lang, one, today) for one in here)
        return SharePanel(
            heading=sharing.heading,
            shows=sharing.shows,
            with_elements=thing.kind in ("map", "comparison"),
            days=f"{lang.day(since)} – {lang.day(until, year=True)}",
            last_days=lang.text("The last %(n)s days, always", n=DAYS),
            kind=thing.kind,
            target=thing.target,
            question=urlencode(thing.question.query() | dict(thing.look)),
            action=urls.shares(site.id),
            back=sharing.here,
            close=sharing.close,
            ends=usual_end(today).isoformat(),
            first=today.isoformat(),
            latest=latest_end(today).isoformat(),
            shortest=SHORTEST_PASSWORD,
            made=self.made(request, lang),
            undo=next((row for row in rows if row.undo), None),
            rows=rows,
            all_href=urls.shares(site.id),
            all_label=lang.plural("All %(num)s link of the site", "All %(num)s links of the site", len(listed)),
        )

    def remember(self, response: Response, link: MadeShare, password: str) -> None:
        """Show the new link on the next page of this browser."""
        share = link.share
        text = self._signer.dumps(json.dumps([link.secret, share.name, share.ends, password]))
        self._sessions.set(response, self._cookie, str(text), MADE_SECONDS)

    def made(self, request: Request, lang: Language) -> NewLink | None:
        """The link that this browser just made."""
        try:
            text = self._signer.loads(request.cookies.get(self._cookie, ""), max_age=MADE_SECONDS)
            secret, name, ends, password = json.loads(text)
        except (BadSignature, ValueError, TypeError):
            return None
        href = self._urls.absolute(self._urls.shared(str(secret)))
        return NewLink(str(name), href, lang.day(date.fromisoformat(ends), year=True), str(password))

    def forget(self, request: Request, response: Response) -> Response:
        """Never show the new link again."""
        if self._cookie in request.cookies:
            self._sessions.set(response, self._cookie, "", 0)
        return response


def is_same(one: ListedShare, thing: SharedThing, today: date) -> bool:
    """Whether a link shows this: the same question, of whichever days."""
    share = one.share
    if (share.kind, share.target) != (thing.kind, thing.target):
        return False
    return _without_days(share.query) == _without_days(thing.query(today))


def _without_days(query: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if name not in ("days", "since", "until")}


def share_row(lang: Language, one: ListedShare, today: date) -> ShareRow:
    share, use, _ = one.share, one.use, lang.text
    details = [_("moves on") if share.moves else _("fixed days")]
    if share.password:
        details.append(_("with password"))
    if share.by:
        details.append(_("made by %(name)s", name=share.by))
    ends = date.fromisoformat(share.ends)
    undo = can_undo(share, now_ms())
    if share.revoked:
        words = _("revoked %(day)s", day=lang.day(lang.zone.day(share.revoked)))
    else:
        words = lang.day(ends, year=ends.year != today.year) if one.works else _("ended")
    return ShareRow(
        id=share.id,
        name=share.name or _("Link"),
        details=", ".join(details),
        ends=words,
        soon=one.works and ends - today <= timedelta(days=SOON_DAYS),
        opened=f"{lang.number(use.opened)} ×" if use.opened else _("never"),
        last=lang.day(use.last) if use.last else "",
        revoke=one.works,
        undo=undo,
        extend=_("Extend by %(n)s days", n=USUAL_DAYS) if can_extend(share, today, now_ms()) else "",
    )
