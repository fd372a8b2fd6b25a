"""Mail of a site: what waits in the outbox, and the digest of the last seven whole days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from rules.period import today
from rules.question import SITE
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.mail.address import BadAddress
from viewer.mail.outbox import Outbox, OutboxState
from viewer.overviews import Overviews, wanted_of
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.mail.digest import Digest, digest_of, html_of, text_of
from viewer.pages.overview.needs import needs_of
from viewer.pages.overview.needs_reader import NeedsReader
from viewer.pages.overview.view import view_of
from viewer.questions import Questions
from viewer.work import Work

WEEK = 7  # days, before today


@dataclass(frozen=True, kw_only=True)
class MailPage(Page):
    """Mail of a site, `/sites/3/mail`."""

    template = "mail/mail.html"
    settings: list[Choice] = doc("The pages of the site's settings")
    set_up: bool = doc("Whether there is a mail server")
    waiting: str = doc("What waits and since when, in a sentence; empty: nothing")
    tried: str = doc("How often it was tried, and when it is tried again")
    reply: str = doc("What the mail server answered last")
    given_up: str = doc("How many mails were given up, in a sentence; empty: none")
    digest: Digest = doc("The digest of the last seven whole days")
    may_send: bool = doc("Whether the person may send it")
    fault: str = doc("Why it was not sent; empty: nothing was wrong")
    to: str = doc("The address as typed")
    sent: bool = doc("Whether it was put in the outbox")


class DigestReader:
    """Reads the digest of the site that a request names."""

    def __init__(self, questions: Questions, overviews: Overviews, needs: NeedsReader, urls: Urls) -> None:
        self._questions = questions
        self._overviews = overviews
        self._needs = needs
        self._urls = urls

    async def of(self, request: Request, lang: Language) -> Digest:
        known = await self._questions.known(request)
        until = today(known.site.zone) - timedelta(days=1)
        days = {"since": (until - timedelta(days=WEEK - 1)).isoformat(), "until": until.isoformat()}
        asked = await self._questions.resolve(known, days, SITE)
        site, question = known.site, asked.checked()
        view = view_of(self._urls.overview(site.id), site.id, question, known, {})
        found = await self._overviews.of(question, wanted_of(known, question, view.listing), exact=True)
        needs = needs_of(lang, self._urls, view, await self._needs.of(lang, asked))
        return digest_of(lang, self._urls, view, site.name, view.goal_names, found, needs)


class MailRenderer:
    """Renders the page."""

    def __init__(self, frames: Frames, urls: Urls, reader: DigestReader, outbox: Outbox, work: Work) -> None:
        self._frames = frames
        self._urls = urls
        self._reader = reader
        self._outbox = outbox
        self._work = work

    async def answer(self, request: Request, questions: Questions, fault: str = "", to: str = "") -> Response:
        site = (await questions.known(request, remembered=True)).site
        frame = await self._frames.of(request, "setup", site)
        lang = frame.lang
        state = await self._work.run(self._outbox.state, site.id)
        page = MailPage(
            frame=frame,
            title=lang.text("Mail"),
            settings=settings_bar(lang, self._urls, site, signed_in(request), "mail"),
            set_up=self._outbox.mail_is_set_up,
            waiting=_waiting(lang, state),
            tried=_tried(lang, state),
            reply=state.reply if state.waiting else "",
            given_up=_given_up(lang, state),
            digest=await self._reader.of(request, lang),
            may_send=signed_in(request).may("editor"),
            fault=fault,
            to=to,
            sent=request.query_params.get("sent") == "1",
        )
        return answer(request, page, 422 if fault else 200)


def _waiting(lang: Language, state: OutboxState) -> str:
    if not state.waiting:
        return ""
    since = lang.zoned_moment(state.since)
    return lang.plural(
        "%(num)s mail waits since %(since)s.", "%(num)s mails wait since %(since)s.", state.waiting, since=since
    )


def _tried(lang: Language, state: OutboxState) -> str:
    if not state.tries:
        return ""
    return lang.text(
        "Tried: %(tries)s, next on %(next)s, until %(until)s.",
        tries=lang.number(state.tries),
        next=lang.zoned_moment(state.next_try),
        until=lang.zoned_moment(state.until),
    )


def _given_up(lang: Language, state: OutboxState) -> str:
    n = len(state.given_up)
    return lang.plural("%(num)s mail was given up.", "%(num)s mails were given up.", n) if n else ""


async def show(request: Request, *, renderer: MailRenderer, questions: Questions) -> Response:
    """GET shows it."""
    return await renderer.answer(request, questions)


async def send(
    request: Request, *, renderer: MailRenderer, questions: Questions, reader: DigestReader, outbox: Outbox,
    urls: Urls, work: Work,
) -> Response:  # fmt: skip
    """POST sends the digest to an address, or tries again what waits."""
    site, form = (await questions.known(request)).site, await request.form()
    if form.get("do") == "try":
        await work.run(outbox.try_now, site.id)
        return go(urls.mail(site.id))
    lang, to = language_of(request), text(form, "to")
    if not outbox.mail_is_set_up:
        return await renderer.answer(request, questions, lang.text("No mail server is set up."), to)
    digest = await reader.of(request, lang)
    about = (digest.subject, text_of(lang, digest), html_of(lang, digest))
    try:
        await work.run(outbox.put, to, *about, "digest", site=site.id)
    except BadAddress:
        return await renderer.answer(request, questions, lang.text("This is not a mail address."), to)
    return go(urls.mail(site.id, sent=1))
