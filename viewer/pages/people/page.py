"""Who may see a site, and who is invited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from viewer.access.users import accepted_address
from viewer.http.errors import Problem
from viewer.pages.errors.page import problem_words
from viewer.pages.forms.faults import FormFaults, form_faults, too_late
from viewer.pages.forms.fields import number, text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.people.labels import label
from viewer.pages.people.mails import invitation_mail
from viewer.pages.people.roles import ROLES, is_now, role_name, role_rights
from viewer.pages.people.rows import InvitationRow, MemberRow, MemberRows, RowFocus, invitation_rows
from viewer.people import PeopleFound, PeopleReader
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
    """The invitation that was just made. `link`: shown once; "" where it was mailed."""

    link: str
    words: str


@dataclass(frozen=True)
class InviteForm:
    """The form that makes an invitation, as typed."""

    name: str = ""
    mail: str = ""
    role: str = "viewer"
    days: str = str(USUAL_DAYS)
    faults: FormFaults = NO_FAULTS

    @staticmethod
    def typed(form: FormData) -> InviteForm:
        return InviteForm(text(form, "name"), text(form, "mail"), text(form, "role"), text(form, "days"))


@dataclass(frozen=True, kw_only=True)
class PeoplePage(Page):
    """Who may see a site, `/sites/3/people`."""

    template = "people/people.html"
    docs = "people"
    settings: list[Choice] = doc("The pages of the site's settings")
    line: str = doc("How many people and invitations there are, in words")
    action: str = doc("Where the forms of the page post to")
    note: str = doc("Why the last change was not made; empty if it was")
    undo: Undo | None = doc("The role that was just changed")
    members: tuple[MemberRow, ...] = doc("The people who may see the site")
    without_factor: str = doc("How many have no two-factor sign-in, in words; empty if everybody has it")
    require_href: str = doc("Where it is required of everybody; empty for those who may not")
    activity_href: str = doc("Who changed what")
    by_mail: bool = doc("Whether invitations can be mailed")
    invitations: tuple[InvitationRow, ...] = doc("Those who are invited and not here yet")
    form: InviteForm = doc("The form that makes an invitation")
    roles: list[Choice] = doc("The roles with what they may do; `href` is the value")
    ends: list[Choice] = doc("When the invitation may end; `href` is the days")
    made: MadeLink | None = doc("The link that was just made; shown only once")
    rights: tuple[tuple[str, tuple[bool, ...]], ...] = doc("What a viewer, an editor and an owner may do")


class PeopleRenderer:
    """Renders the page of people."""

    def __init__(self, frames: Frames, reader: PeopleReader, work: Work) -> None:
        self._frames = frames
        self._reader = reader
        self._work = work

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
        found = await self._work.run(self._reader.read, site)
        shown = RowFocus(query.get("remove", ""), query.get("at", "") or query.get("changed", ""))
        page = PeoplePage(
            frame=frame,
            title=lang.text("People"),
            settings=settings_bar(lang, urls, site, who, "people"),
            line=_line(lang, site, found),
            action=urls.people(site.id),
            note=note,
            undo=_undo(lang, found.members, query.get("changed", ""), query.get("was", "")),
            members=MemberRows(lang, urls, site, who).rows(found, shown),
            without_factor=_without_factor(lang, found),
            require_href=urls.account() + "#two-factor" if who.role == "owner" and who.via == "session" else "",
            activity_href=urls.activity(site.id),
            by_mail=self._reader.by_mail,
            invitations=invitation_rows(lang, found, now_ms(), by_mail=self._reader.by_mail),
            form=form,
            roles=[Choice(role_name(lang, r), r, r == form.role, title=role_rights(lang, r)) for r in ROLES],
            ends=_ends(lang, form.days),
            made=_made(lang, made[1] and urls.absolute(urls.invitation(made[1])), made[0]) if made else None,
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
    typed = InviteForm.typed(form) if text(form, "do") in ("invite", "send") else None
    made = None
    try:
        match text(form, "do"):
            case "role":
                return await changes.role(site, text(form, "person"), text(form, "role"), who)
            case "remove":
                return await changes.remove(site, text(form, "person"), who, _also(form))
            case "withdraw":
                return await changes.withdraw(site, text(form, "invitation"), who)
            case "again":
                made = await changes.again(request, site, text(form, "invitation"), who)
            case "invite":
                made, typed = await changes.invite(site, typed or InviteForm(), who), None
            case "send":
                made, typed = await changes.send(request, site, typed or InviteForm(), who), None
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

    def __init__(
        self, frames: Frames, members: Members, invitations: Invitations, reader: PeopleReader, work: Work
    ) -> None:
        self._frames = frames
        self._urls = frames.urls
        self._members = members
        self._reader = reader
        self._invitations = invitations
        self._work = work

    async def role(self, site: Site, name: str, role: str, who: Person) -> Response:
        wanted: Role = accepted(parse_role({"role": role}))
        before = {one.name: one.role for one in await self._work.run(self._members.of, site)}.get(name, "")
        await self._changed(self._members.set_role, site, name, wanted, who)
        return go(self._urls.people(site.id, changed=name, was=before))

    async def remove(self, site: Site, name: str, who: Person, also: AlsoEnd) -> Response:
        found = [one for one in await self._work.run(self._members.of, site) if one.name == name]
        await self._changed(self._members.remove, site, name, who)
        if also.invitations:
            await self._changed(self._invitations.withdraw_of, site, name, who.name)
        if also.links:
            for member in found:
                await self._changed(self._reader.revoke_links, site, member, who.name)
        return go(self._urls.people(site.id))

    async def withdraw(self, site: Site, id: str, who: Person) -> Response:
        await self._changed(self._invitations.withdraw, site, id, who.name)
        return go(self._urls.people(site.id) + "#invited")

    async def again(self, request: Request, site: Site, id: str, who: Person) -> tuple[SiteInvitation, str]:
        made = await self._work.run(self._invitations.renew, site, id, who.name)
        return await self._mailed(request, site, made) if made[0].mail and self._reader.by_mail else made

    async def send(self, request: Request, site: Site, typed: InviteForm, who: Person) -> tuple[SiteInvitation, str]:
        """Make an invitation and mail its link."""
        if not self._reader.by_mail:
            raise Problem(409, "mail_off", "No mail server is set up.", "Make a link, and send it yourself.")
        address = accepted_address(typed.mail)
        fields = {"name": typed.name, "role": typed.role, "days": number(typed.days)}
        made = await self._work.run(self._invitations.create, site, fields, who.name, address)
        return await self._mailed(request, site, made)

    async def _mailed(
        self, request: Request, site: Site, made: tuple[SiteInvitation, str]
    ) -> tuple[SiteInvitation, str]:
        """The invitation, whose link is in the outbox and is not shown."""
        lang = replace(language_of(request), zone=site.zone)
        link = self._urls.absolute(self._urls.invitation(made[1]))
        await self._work.run(self._reader.send, site, made[0], invitation_mail(lang, site, made[0], link))
        return made[0], ""

    async def invite(self, site: Site, typed: InviteForm, who: Person) -> tuple[SiteInvitation, str]:
        fields = {"name": typed.name, "role": typed.role, "days": number(typed.days)}
        return await self._work.run(self._invitations.create, site, fields, who.name)

    async def _changed(self, change: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a change in a thread; every process then reads the roles again."""
        try:
            return await self._work.run(change, *args, **kwargs)
        finally:
            self._work.forget()


@dataclass(frozen=True)
class AlsoEnd:
    """What ends with a person who is removed."""

    invitations: bool = False
    links: bool = False


def _also(form: FormData) -> AlsoEnd:
    return AlsoEnd(bool(form.get("invitations")), bool(form.get("links")))


def _without_factor(lang: Language, found: PeopleFound) -> str:
    n = sum(not found.figures[one.name].two_factor for one in found.members)
    if not n:
        return ""
    return lang.plural(
        "%(num)s of %(all)s has no two-factor sign-in.",
        "%(num)s of %(all)s have no two-factor sign-in.",
        n,
        all=lang.number(len(found.members)),
    )


def _line(lang: Language, site: Site, found: PeopleFound) -> str:
    people = lang.plural("%(num)s person", "%(num)s people", len(found.members))
    invited = lang.plural("%(num)s invitation", "%(num)s invitations", len(found.invitations))
    if not found.invitations:
        return lang.text("%(people)s for %(site)s", people=people, site=site.name)
    return lang.text("%(people)s and %(invited)s for %(site)s", people=people, invited=invited, site=site.name)


def _undo(lang: Language, members: Sequence[Member], name: str, was: str) -> Undo | None:
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
    if not link:
        sent = lang.text("To %(mail)s, role: %(role)s, until %(ends)s.", mail=invitation.mail, role=role, ends=ends)
        return MadeLink("", sent)
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
