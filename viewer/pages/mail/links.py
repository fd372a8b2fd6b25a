"""The pages that links in mails lead to: a mail address is confirmed, mails about a site are ended. No sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from rules.find import NotFound, site_of
from store.definitions import Definitions
from viewer.access.mail_links import MailLinks
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.errors.page import problem_words
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.people.invitation import private
from viewer.subscriptions import Subscriptions
from viewer.work import Work


@dataclass(frozen=True, kw_only=True)
class MailLinkPage(Page):
    """What a link in a mail does, `/unsubscribe/…` and `/mail-address/…`."""

    template = "mail/link.html"
    docs = "mail"
    words: str = doc("What happens, or has happened")
    action: Choice | None = doc("The button: what it says, and where it posts to; None: nothing is left to do")
    bad: bool = doc("Whether the link does not work")


class MailLinkPages:
    """Renders both pages. A GET changes nothing: programs that check mails open every link."""

    def __init__(self, frames: Frames, links: MailLinks, subscriptions: Subscriptions, work: Work) -> None:
        self._frames = frames
        self._links = links
        self._subscriptions = subscriptions
        self._work = work

    async def confirm(self, request: Request, secret: str, urls: Urls) -> Response:
        frame = await self._frames.of(request, "")
        _ = frame.lang.text
        title = _("Mail address")
        try:
            if request.method == "POST":
                link = await self._work.run(self._links.confirm, secret)
                words, button = _("The address %(mail)s is confirmed.", mail=link.address), None
            else:
                link = await self._work.run(self._links.read, secret)
                words = _("Confirm that mail for “%(name)s” goes to %(mail)s.", name=link.user, mail=link.address)
                button = Choice(_("Confirm"), urls.confirm_mail(secret))
        except Problem as problem:
            page = MailLinkPage(
                frame=frame, title=title, words=problem_words(frame.lang, problem), action=None, bad=True
            )
            return private(answer(request, page, problem.status))
        return private(answer(request, MailLinkPage(frame=frame, title=title, words=words, action=button, bad=False)))

    async def stop(self, request: Request, secret: str, urls: Urls, definitions: Definitions) -> Response:
        frame = await self._frames.of(request, "")
        _ = frame.lang.text
        title = _("Unsubscribe")
        try:
            link = await self._work.run(self._links.read_stop, secret)
        except Problem as problem:
            page = MailLinkPage(
                frame=frame, title=title, words=problem_words(frame.lang, problem), action=None, bad=True
            )
            return private(answer(request, page, problem.status))
        try:
            name = (await self._work.run(site_of, definitions, link.site)).name
        except NotFound:  # it was deleted: so are its mails
            name = link.site
        if request.method == "POST":
            await self._work.run(self._subscriptions.stop, link.site, link.user)
            if (await request.form()).get("List-Unsubscribe"):
                return PlainTextResponse("Unsubscribed.\n")  # a mail program: RFC 8058
            words, button = _("No more mail about %(site)s is sent to you.", site=name), None
        else:
            words = _("End all mail about %(site)s for “%(name)s”?", site=name, name=link.user)
            button = Choice(_("Unsubscribe"), urls.unsubscribe(secret))
        return private(answer(request, MailLinkPage(frame=frame, title=title, words=words, action=button, bad=False)))


async def confirm(request: Request, *, pages: MailLinkPages, urls: Urls) -> Response:
    """GET asks; POST confirms the address."""
    return await pages.confirm(request, str(request.path_params["secret"]), urls)


async def stop(request: Request, *, pages: MailLinkPages, urls: Urls, definitions: Definitions) -> Response:
    """GET asks; POST ends the mails, also for a mail program (RFC 8058): the link itself is the permission."""
    return await pages.stop(request, str(request.path_params["secret"]), urls, definitions)
