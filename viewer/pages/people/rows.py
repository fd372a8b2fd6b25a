"""The rows of the page of people: members and invitations."""

from __future__ import annotations

from dataclasses import dataclass

from store.invitations import SiteInvitation
from store.records import Site
from viewer.access.members import Member
from viewer.access.person import RANK, Person
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.people.roles import ROLES, role_name
from viewer.pages.people.session_rows import last_seen
from viewer.people import MemberFigures, PeopleFound


@dataclass(frozen=True)
class Removal:
    """What removing a member does, in the row that opens. `invitations`, `links`: the labels of the boxes; "" for no
    box."""

    heading: str
    words: str
    invitations: str
    links: str
    keep: str


@dataclass(frozen=True)
class MemberRow:
    """A person who may see the site. `roles`: those to choose from; empty if the role cannot be changed here.

    `focus`: whether the select or the link has the focus, after a change or after "Keep".
    """

    name: str
    you: bool
    role: str
    note: str
    roles: tuple[Choice, ...]
    remove: str
    removal: Removal | None
    focus: bool
    two_factor: bool
    last: str
    sessions: str


@dataclass(frozen=True)
class InvitationRow:
    """An invitation that nobody accepted yet. `by_mail`: whether "again" mails it."""

    id: str
    name: str
    note: str
    role: str
    made: str
    ends: str
    ended: bool
    by_mail: bool


@dataclass(frozen=True)
class RowFocus:
    """What the address asks to show: the member whose row is open, and the one that has the focus."""

    remove: str = ""
    at: str = ""


@dataclass(frozen=True)
class MemberRows:
    """Makes the rows of a site's members for one reader."""

    lang: Language
    urls: Urls
    site: Site
    who: Person

    def rows(self, found: PeopleFound, shown: RowFocus) -> tuple[MemberRow, ...]:
        owners = [one.name for one in found.members if one.role == "owner"]
        return tuple(self._row(one, owners, found.figures[one.name], shown) for one in found.members)

    def _row(self, member: Member, owners: list[str], figures: MemberFigures, shown: RowFocus) -> MemberRow:
        you = member.name == self.who.name and self.who.via == "session"
        only = owners == [member.name]
        may = not only and (not member.everywhere or self.who.role == "owner")
        open_ = shown.remove == member.name and may and not you
        return MemberRow(
            name=member.name,
            you=you,
            role=role_name(self.lang, member.role),
            note=self._note(member, only),
            roles=self._roles(member) if may or self._may_raise(member, only) else (),
            remove=self.urls.people(self.site.id, remove=member.name) if may and not you else "",
            removal=self._removal(member, figures) if open_ else None,
            focus=shown.at == member.name,
            two_factor=figures.two_factor,
            last=last_seen(self.lang, figures.last) if figures.last else "–",
            sessions=self.lang.number(figures.sessions),
        )

    def _may_raise(self, member: Member, only: bool) -> bool:
        return not only and member.role != "owner"

    def _roles(self, member: Member) -> tuple[Choice, ...]:
        """An owner of this site only cannot lower a role on every site."""
        least = RANK[member.role] if member.everywhere and self.who.role != "owner" else 0
        names = [role for role in ROLES if RANK[role] >= least]
        return tuple(Choice(role_name(self.lang, role), role, role == member.role) for role in names)

    def _note(self, member: Member, only: bool) -> str:
        _ = self.lang.text
        if only:
            return _("the only owner: name another before you leave")
        return _("on every site") if member.everywhere else ""

    def _removal(self, member: Member, figures: MemberFigures) -> Removal:
        lang, links, made = self.lang, figures.links, figures.invitations
        sentences = [self._after(member, figures), lang.text("What this person defined stays.")]
        if links:
            sentences.append(
                lang.plural(
                    "%(num)s read-only link this person made goes on working.",
                    "%(num)s read-only links this person made go on working.",
                    links,
                )
            )
        if made:
            sentences.append(
                lang.plural(
                    "%(num)s invitation this person made goes on working.",
                    "%(num)s invitations this person made go on working.",
                    made,
                )
            )
        withdraw = lang.plural("Also withdraw the %(num)s invitation", "Also withdraw the %(num)s invitations", made)
        revoke = lang.plural("Also revoke the %(num)s link", "Also revoke the %(num)s links", links)
        return Removal(
            heading=lang.text("Remove %(name)s?", name=member.name),
            words=" ".join(sentences),
            invitations=withdraw if made else "",
            links=revoke if links else "",
            keep=self.urls.people(self.site.id, at=member.name),
        )

    def _after(self, member: Member, figures: MemberFigures) -> str:
        """What becomes of the account and its sessions."""
        lang = self.lang
        if member.other_sites:
            return lang.plural(
                "This site is out of reach at once. The role on %(num)s other site stays.",
                "This site is out of reach at once. The roles on %(num)s other sites stay.",
                member.other_sites,
            )
        if member.everywhere:
            why = lang.text("The role is one on every site: the account is deleted.")
        else:
            why = lang.text("The account is deleted: it has no other site.")
        if not figures.sessions:
            return why
        out = lang.plural(
            "Signed out at once on %(num)s device.", "Signed out at once on %(num)s devices.", figures.sessions
        )
        return f"{out} {why}"


def invitation_rows(lang: Language, found: PeopleFound, now: int, *, by_mail: bool) -> tuple[InvitationRow, ...]:
    """The rows of invitations that nobody accepted. `by_mail`: whether there is a mail server."""
    return tuple(
        _invitation_row(lang, one, not one.is_open(now), found.mailed.get(one.id, ""), by_mail=by_mail)
        for one in found.invitations
    )


def _invitation_row(lang: Language, one: SiteInvitation, ended: bool, mailed: str, *, by_mail: bool) -> InvitationRow:
    _ = lang.text
    notes = {
        "waiting": _("the mail waits to be sent"),
        "sent": _("mail sent, not accepted yet"),
        "given_up": _("the mail could not be sent: give the link yourself"),
    }
    note = notes.get(mailed, _("works once, for whoever opens it first"))
    return InvitationRow(
        id=one.id,
        name=one.name or one.mail or _("Link"),
        note=_("ended, nobody used it") if ended else note,
        role=role_name(lang, one.role),
        made=lang.moment(one.made),
        ends=lang.moment(one.ends),
        ended=ended,
        by_mail=by_mail and bool(one.mail),
    )
