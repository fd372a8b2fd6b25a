"""What the link of an invitation opens: joining with a new account or the one that is signed in."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from rules.faults import InvalidDefinition
from store.invitations import SiteInvitation
from store.records import Site
from viewer.access.form_tokens import FormTokens
from viewer.access.hashing import Hashing
from viewer.access.invitations import InvitationEnded, Invitations, OpenedInvitation
from viewer.access.person import RANK, person
from viewer.access.sign_in import SignIn
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.faults import FormFaults, form_faults
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.people.labels import label
from viewer.pages.people.roles import invited_as
from viewer.work import Work

# The link is a secret: no other site hears of it, no cache keeps it, no crawler lists it. With "no-referrer" browsers
# would send the form with `Origin: null`, as from another site.
HEADERS = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True, kw_only=True)
class JoinPage(Page):
    """An invitation that can be accepted, `/i/…`."""

    template = "people/join.html"
    docs = "people#inviting-somebody"
    heading: str = doc("What one joins, and as what")
    words: str = doc("Who invites, and what is seen")
    action: str = doc("Where the form posts to")
    account: str = doc("The account that is signed in; empty for a new one")
    member: str = doc("What to say to somebody whose role is not lower than the invitation's; empty for others")
    site_href: str = doc("The first page of the site")
    name: str = doc("Name typed so far")
    sign_in_href: str = doc("Where people with an account sign in, and come back")
    faults: FormFaults = doc("Why the last attempt failed; none at first")


@dataclass(frozen=True, kw_only=True)
class EndedPage(Page):
    """An invitation that cannot be accepted: used, too old, withdrawn, never made."""

    template = "people/ended.html"
    docs = "people#inviting-somebody"
    heading: str = doc("What happened to it")
    words: str = doc("What to do")
    action: Choice = doc("Where to go next")


class JoinRenderer:
    """Renders what the link of an invitation opens."""

    def __init__(self, frames: Frames, invitations: Invitations, work: Work) -> None:
        self._frames = frames
        self._invitations = invitations
        self._work = work

    async def answer(self, request: Request, secret: str, name: str = "", faults: FormFaults | None = None) -> Response:
        """The invitation as it is now."""
        try:
            opened = await self._work.run(self._invitations.open, secret)
        except (Problem, InvitationEnded) as ended:
            return await self.ended(request, ended)
        frame, urls, faults = await self._frames.of(request, ""), self._frames.urls, faults or FormFaults()
        lang, who = frame.lang, person(request)
        account = who.name if who and who.via == "session" else ""
        role = who.role_on(opened.site.id) if who and account else ""
        here = urls.invitation(secret)
        page = JoinPage(
            frame=frame,
            title=lang.text("Invitation"),
            heading=invited_as(lang, opened.site.name, opened.invitation.role),
            words=_invites(lang, opened),
            action=here,
            account=account,
            member=lang.text("You may see this site already.") if RANK[role] >= RANK[opened.invitation.role] else "",
            site_href=urls.overview(opened.site.id),
            name=name or opened.invitation.mail,
            sign_in_href=urls.sign_in(here),
            faults=faults,
        )
        return private(answer(request, page, faults.status))

    async def ended(self, request: Request, error: Problem | InvitationEnded) -> Response:
        """404 for one that was never made, 410 for one that ended."""
        frame, urls = await self._frames.of(request, ""), self._frames.urls
        lang = frame.lang
        heading, words, status = lang.text("This invitation does not exist"), "", 404
        if isinstance(error, InvitationEnded):
            (heading, words), status = _why_ended(lang, error.invitation), 410
        elif error.status == 404:
            words = problem_words(lang, error)
        else:
            raise error
        back = Choice(lang.text("Go to the sites"), urls.sites())
        action = back if person(request) else Choice(lang.text("Sign in"), urls.sign_in())
        page = EndedPage(frame=frame, title=heading, heading=heading, words=words, action=action)
        return private(answer(request, page, status))


async def show(request: Request, *, renderer: JoinRenderer) -> Response:
    """GET shows the invitation; nothing is used up by looking at it."""
    return await renderer.answer(request, str(request.path_params["secret"]))


async def join(
    request: Request, *, renderer: JoinRenderer, joining: Joining, forms: FormTokens, urls: Urls
) -> Response:
    """POST accepts it, with the account that is signed in or a new one."""
    secret, form = str(request.path_params["secret"]), await request.form()
    name, lang = text(form, "name"), language_of(request)
    try:
        await forms.check(request)
        who = person(request)
        if who and who.via == "session":
            return private(go(urls.overview((await joining.accept(secret, who.name)).id)))
        return private(await joining.join(request, secret, name, str(form.get("password", ""))))
    except InvitationEnded as ended:
        return await renderer.ended(request, ended)
    except Problem as problem:
        if problem.status == 404:
            return await renderer.ended(request, problem)
        faults = FormFaults(note=problem_words(lang, problem), status=problem.status)
    except InvalidDefinition as error:
        faults = form_faults(lang, "user", error.faults, label)
    return await renderer.answer(request, secret, name, faults)


class Joining:
    """Accepts invitations, and signs new people in."""

    def __init__(self, invitations: Invitations, signing_in: SignIn, hashing: Hashing, urls: Urls, work: Work) -> None:
        self._invitations = invitations
        self._signing_in = signing_in
        self._hashing = hashing
        self._urls = urls
        self._work = work

    async def accept(self, secret: str, name: str) -> Site:
        """Accept with an account; the site."""
        try:
            return await self._work.run(self._invitations.accept, secret, name)
        finally:
            self._work.forget()

    async def join(self, request: Request, secret: str, name: str, password: str) -> Response:
        """Accept with a new account, sign it in, and go to the site."""
        opened = await self._work.run(self._invitations.open, secret)  # before a hash is computed for a wrong link
        with self._hashing.place():
            user = await self._hashing.run(self._invitations.join, secret, name, password)
        self._work.forget()
        goal = self._urls.overview(opened.site.id)
        if await self._signing_in.needs_second_step(user):
            response = go(self._urls.second_step(goal))
            self._signing_in.begin_second_step(response, user)
            return response
        response = go(goal)
        await self._signing_in.begin(request, response, user)
        return response


def private(response: Response) -> Response:
    """The response to an address that is a secret."""
    response.headers.update(HEADERS)
    return response


def _invites(lang: Language, opened: OpenedInvitation) -> str:
    by, site = opened.invitation.by, opened.site.name
    if not by:
        return lang.text("You are invited to see its maps, journeys and figures.")
    return lang.text("%(name)s invites you to see the maps, journeys and figures of %(site)s.", name=by, site=site)


def _why_ended(lang: Language, one: SiteInvitation) -> tuple[str, str]:
    """The heading and what to do."""
    by = one.by or lang.text("an owner of the site")
    if one.state == "used":
        return (
            lang.text("This invitation was used on %(day)s", day=_day(lang, one.changed)),
            lang.text(
                "It works once. If that was you, sign in. If not, tell %(name)s: somebody else has joined with it.",
                name=by,
            ),
        )
    if one.state == "withdrawn":
        return (
            lang.text("This invitation was withdrawn"),
            lang.text("Ask %(name)s for a new one.", name=by),
        )
    return (
        lang.text("This invitation ended on %(day)s", day=_day(lang, one.ends)),
        lang.text("Ask %(name)s for a new one.", name=by),
    )


def _day(lang: Language, ms: int) -> str:
    return lang.day(lang.zone.local(ms).date())
