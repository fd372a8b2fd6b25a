"""Giving up one's role on a site, or on every site."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from store.definitions import Definitions
from store.records import Site, User
from viewer.access.members import Members, only_owner, role_on
from viewer.access.person import Person, signed_in
from viewer.access.sessions import Sessions
from viewer.http.errors import Problem, missing
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.people.roles import role_name
from viewer.work import Work


@dataclass(frozen=True, kw_only=True)
class LeavePage(Page):
    """Leaving a site, `/account/leave?site=3`."""

    template = "people/leave.html"
    docs = "people#changing-removing-leaving"
    heading: str = doc("What is left")
    words: str = doc("What will happen")
    note: str = doc("Why the last attempt failed; empty at first")
    site: str = doc("Id of the site; empty for every site")
    heirs: list[Choice] = doc("Who can become owner instead; `href` is the name. Empty where nobody has to")
    stuck: str = doc("Why leaving is impossible; empty if it is possible")


@dataclass(frozen=True)
class Leaving:
    """What leaving a place takes. `alone`: whether the person is its only owner."""

    site: Site | None
    alone: bool
    heirs: tuple[User, ...]


class LeaveRenderer:
    """Renders the page that asks whether to leave."""

    def __init__(self, frames: Frames, definitions: Definitions, work: Work) -> None:
        self._frames = frames
        self._definitions = definitions
        self._work = work

    def _read(self, who: Person, site: str) -> Leaving:
        """Problem 404 unless the person has the role that they would give up."""
        users = self._definitions.find(User)
        if not site:
            if not who.role or who.via != "session":
                raise missing("role", who.name)
            owners = [one.id for one in users if one.role == "owner"]
            heirs = tuple(one for one in users if one.id != who.name and one.role)
            return Leaving(None, owners == [who.name], heirs)
        if not any(one.site == site for one in who.sites):
            raise missing("site", site)
        heirs = tuple(one for one in users if one.id != who.name and role_on(one, site))
        return Leaving(self._definitions.get(Site, site), only_owner(users, who.name, site), heirs)

    async def answer(self, request: Request, site: str, problem: Problem | None = None) -> Response:
        found = await self._work.run(self._read, signed_in(request), site)
        frame = await self._frames.of(request, "account")
        lang = frame.lang
        place = found.site.name if found.site else lang.text("every site")
        heading = lang.text("Leave %(site)s?", site=place)
        words = lang.text("You see it no longer. Whoever has no other role is signed out, and the account is deleted.")
        if found.alone and found.site:
            heading = lang.text("A site needs an owner")
            words = lang.text("You are the only one of %(site)s. Choose who becomes owner, then leave.", site=place)
        elif found.alone:
            heading = lang.text("This Parcours needs an owner")
            words = lang.text("You are the only one. Choose who becomes owner, then leave.")
        stuck = lang.text("There is nobody else yet: invite somebody first.") if found.alone and not found.heirs else ""
        heirs = [
            Choice(lang.named(one.id, role_name(lang, role_on(one, site) if site else one.role)), one.id)
            for one in (found.heirs if found.alone else ())
        ]
        page = LeavePage(
            frame=frame,
            title=heading,
            heading=heading,
            words=words,
            note=problem_words(lang, problem) if problem else "",
            site=site,
            heirs=heirs,
            stuck=stuck,
        )
        return answer(request, page, problem.status if problem else 200)


async def show(request: Request, *, renderer: LeaveRenderer) -> Response:
    """GET asks."""
    return await renderer.answer(request, request.query_params.get("site", ""))


async def leave(
    request: Request, *, renderer: LeaveRenderer, members: Members, sessions: Sessions, frames: Frames, work: Work
) -> Response:
    """POST leaves; whoever has no role any more is signed out."""
    form, who = await request.form(), signed_in(request)
    site, heir = text(form, "site"), text(form, "heir")
    if who.via != "session":
        raise Problem(403, "role", "A token belongs to no person who could leave.")
    try:
        stays = await work.run(members.leave, site, who.name, heir)
    except Problem as problem:
        if problem.code != "last_owner":
            raise
        return await renderer.answer(request, site, problem)
    finally:
        work.forget()
    if stays:
        return go(frames.urls.account())
    response = go(frames.urls.sign_in())
    sessions.end(response)
    return response


def places(request: Request, frames: Frames, sites: list[Site]) -> list[Choice]:
    """Where a person has a role that they may give up: its name and role, and the page that asks."""
    who, lang = signed_in(request), language_of(request)
    if who.via != "session":
        return []
    names = {site.id: site.name for site in sites}
    found = [
        Choice(names[one.site], frames.urls.leave(one.site), small=role_name(lang, one.role))
        for one in who.sites
        if one.site in names
    ]
    everywhere = Choice(lang.text("Every site"), frames.urls.leave(), small=role_name(lang, who.role))
    return [everywhere, *found] if who.role else found
