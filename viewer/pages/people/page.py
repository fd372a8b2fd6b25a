"""Who may see a site, and who is invited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from rules.faults import InvalidDefinition, accepted
from rules.invitation import MOST_DAYS, USUAL_DAYS
from rules.site_roles import parse_role
from store.definitions import Conflict
from store.invitations import SiteInvitation
from store.records import Role, Site
from store.zones import now_ms
from viewer.access.invitations import DAY_MS, Invitations
from viewer.access.members import Member, Members
from viewer.access.person import Person, signed_in
from viewer.http.errors import Problem
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.faults import FormFaults, form_faults, too_late
from viewer.pages.forms.fields import number, text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.people.labels import label
from viewer.pages.people.roles import ROLES, is_now, role_name, role_rights
from viewer.pages.people.rows import InvitationRow, MemberRow, MemberRows, RowFocus, invitation_rows
from viewer.registry import Registry
from viewer.work import Work

P = ParamSpec("P")
T = TypeVar("T")
NO_FAULTS = FormFaults()
ENDS = (1, USUAL_DAYS, MOST_DAYS)  # days offered


@dataclass(frozen=True)
class Undo:
    """A role that was just changed: the sentence, and what the undo sends."""

    words: str
    name: str
    role: str


@dataclass(frozen=True)
class MadeLink:
    """The link of an invitation that was just made: shown once."""

    link: str
    words: str


@dataclass(frozen=True)
class InviteForm:
    """The form that makes an invitation, as typed."""

    name: str = ""
    role: str = "viewer"
    days: str = str(USUAL_DAYS)
    faults: FormFaults = NO_FAULTS

    @staticmethod
    def typed(form: FormData) -> InviteForm:
        return InviteForm(text(form, "name"), text(form, "role"), text(form, "days"))


@dataclass(frozen=True, kw_only=True)
class PeoplePage(Page):
    """Who may see a site, `/sites/3/people`."""

    template = "people/people.html"
    settings: list[Choice] = doc("The pages of the site's settings")
    line: str = doc("How many people and invitations there are, in words")
    action: str = doc("Where the forms of the page post to")
    note: str = doc("Why the last change was not made; empty if it was")
    undo: Undo | None = doc("The role that was just changed")
    members: tuple[MemberRow, ...] = doc("The people who may see the site")
    invitations: tuple[InvitationRow, ...] = doc("Those who are invited and not here yet")
    form: InviteForm = doc("The form that makes an invitation")
    roles: list[Choice] = doc("The roles with what they may do; `href` is the value")
    ends: list[Choice] = doc("When the invitation may end; `href` is the days")
    made: MadeLink | None = doc("The link that was just made; shown only once")
    rights: tuple[tuple[str, tuple[bool, ...]], ...] = doc("What a viewer, an editor and an owner may do")


@dataclass(frozen=True)
class PeopleFound:
    """What the page shows of a site."""

    members: list[Member]
    invitations: list[SiteInvitation]


class PeopleRenderer:
    """Renders the page of people."""

    def __init__(self, frames: Frames, members: Members, invitations: Invitations, work: Work) -> None:
        self._frames = frames
        self._members = members
        self._invitations = invitations
        self._work = work

    def _read(self, site: Site) -> PeopleFound:
        return PeopleFound(self._members.of(site), self._invitations.of(site))

    async def answer(
        self,
        request: Request,
        site: Site,
        form: InviteForm | None = None,
        *,
        note: str = "",
        made: tuple[SiteInvitation, str] | None = None,
        status: int = 200,
    ) -> Response:
        frame, urls, query = await self._frames.of(request, "setup", site), self._frames.urls, request.query_params
        lang, who, form = frame.lang, signed_in(request), form or InviteForm()
        found = await self._work.run(self._read, site)
        shown = RowFocus(query.get("remove", ""), query.get("at", "") or query.get("changed", ""))
        page = PeoplePage(
            frame=frame,
            title=lang.text("People"),
            settings=settings_bar(lang, urls, site, who, "people"),
            line=_line(lang, site, found),
            action=urls.people(site.id),
            note=note,
            undo=_undo(lang, found.members, query.get("changed", ""), query.get("was", "")),
            members=MemberRows(lang, urls, site, who).rows(found.members, found.invitations, shown),
            invitations=invitation_rows(lang, found.invitations, now_ms()),
            form=form,
            roles=[Choice(role_name(lang, r), r, r == form.role, title=role_rights(lang, r)) for r in ROLES],
            ends=_ends(lang, form.days),
            made=_made(lang, urls.absolute(urls.invitation(made[1])), made[0]) if made else None,
            rights=_rights(lang),
        )
        response = answer(request, page, status)
        if made:
            response.headers["Cache-Control"] = "no-store"
        return response


async def show(request: Request, *, registry: Registry, renderer: PeopleRenderer) -> Response:
    """GET shows it."""
    return await renderer.answer(request, await registry.site(request))


async def save(request: Request, *, registry: Registry, renderer: PeopleRenderer, changes: PeopleChanges) -> Response:
    """POST makes the change that the field `do` names."""
    site, form, who = await registry.site(request), await request.form(), signed_in(request)
    lang = language_of(request)
    typed = InviteForm.typed(form) if text(form, "do") == "invite" else None
    made = None
    try:
        match text(form, "do"):
            case "role":
                return await changes.role(site, text(form, "person"), text(form, "role"), who)
            case "remove":
                return await changes.remove(site, text(form, "person"), who, invitations=bool(form.get("invitations")))
            case "withdraw":
                return await changes.withdraw(site, text(form, "invitation"), who)
            case "again":
                made = await changes.again(site, text(form, "invitation"), who)
            case "invite":
                made, typed = await changes.invite(site, typed or InviteForm(), who), None
    except Problem as problem:
        return await renderer.answer(request, site, note=problem_words(lang, problem), status=problem.status)
    except Conflict as conflict:
        return await renderer.answer(request, site, note=too_late(lang, conflict).note, status=409)
    except InvalidDefinition as error:
        faults = form_faults(lang, "invitation", error.faults, label)
        if typed is None:
            return await renderer.answer(request, site, note=faults.all[0].words, status=faults.status)
        return await renderer.answer(request, site, replace(typed, faults=faults), status=faults.status)
    return await renderer.answer(request, site, typed, made=made)


class PeopleChanges:
    """The changes of the page of people."""

    def __init__(self, frames: Frames, members: Members, invitations: Invitations, work: Work) -> None:
        self._urls = frames.urls
        self._members = members
        self._invitations = invitations
        self._work = work

    async def role(self, site: Site, name: str, role: str, who: Person) -> Response:
        wanted: Role = accepted(parse_role({"role": role}))
        before = {one.name: one.role for one in await self._work.run(self._members.of, site)}.get(name, "")
        await self._changed(self._members.set_role, site, name, wanted, who)
        return go(self._urls.people(site.id, changed=name, was=before))

    async def remove(self, site: Site, name: str, who: Person, *, invitations: bool) -> Response:
        await self._changed(self._members.remove, site, name, who)
        if invitations:
            await self._changed(self._invitations.withdraw_of, site, name, who.name)
        return go(self._urls.people(site.id))

    async def withdraw(self, site: Site, id: str, who: Person) -> Response:
        await self._changed(self._invitations.withdraw, site, id, who.name)
        return go(self._urls.people(site.id) + "#invited")

    async def again(self, site: Site, id: str, who: Person) -> tuple[SiteInvitation, str]:
        return await self._work.run(self._invitations.renew, site, id, who.name)

    async def invite(self, site: Site, typed: InviteForm, who: Person) -> tuple[SiteInvitation, str]:
        fields = {"name": typed.name, "role": typed.role, "days": number(typed.days)}
        return await self._work.run(self._invitations.create, site, fields, who.name)

    async def _changed(self, change: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change in a thread; every process then reads the roles again."""
        try:
            return await self._work.run(change, *args, **kwargs)
        finally:
            self._work.forget()


def _line(lang: Language, site: Site, found: PeopleFound) -> str:
    people = lang.plural("%(num)s person", "%(num)s people", len(found.members))
    invited = lang.plural("%(num)s invitation", "%(num)s invitations", len(found.invitations))
    if not found.invitations:
        return lang.text("%(people)s for %(site)s", people=people, site=site.name)
    return lang.text("%(people)s and %(invited)s for %(site)s", people=people, invited=invited, site=site.name)


def _undo(lang: Language, members: list[Member], name: str, was: str) -> Undo | None:
    """The line about a change; none if somebody changed it again meanwhile."""
    role = next((one.role for one in members if one.name == name), "")
    if not role or was not in ROLES or role == was:
        return None
    return Undo(is_now(lang, name, role), name, was)


def _ends(lang: Language, chosen: str) -> list[Choice]:
    now = now_ms()

    def words(days: int) -> str:
        day = lang.day(lang.zone.local(now + days * DAY_MS).date())
        return lang.plural("in %(num)s day, %(day)s", "in %(num)s days, %(day)s", days, day=day)

    return [Choice(words(days), str(days), str(days) == chosen) for days in ENDS]


def _made(lang: Language, link: str, invitation: SiteInvitation) -> MadeLink:
    role, ends = role_name(lang, invitation.role), lang.moment(invitation.ends)
    words = lang.text("Shown this once. For one person, role: %(role)s, until %(ends)s.", role=role, ends=ends)
    return MadeLink(link, words)


def _rights(lang: Language) -> tuple[tuple[str, tuple[bool, ...]], ...]:
    _ = lang.text
    return (
        (_("Read and export everything"), (True, True, True)),
        (_("Change journeys, goals, experiments"), (False, True, True)),
        (_("Take pictures, change the set-up"), (False, True, True)),
        (_("People, erasing, private addresses"), (False, False, True)),
    )
