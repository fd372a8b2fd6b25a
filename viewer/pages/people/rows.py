"""The rows of the page of people: members and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.invitations import SiteInvitation
from store.records import Site
from viewer.access.members import Member
from viewer.access.person import RANK, Person
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.people.roles import ROLES, role_name


@dataclass(frozen=True)
class Removal:
    """What removing a member does, in the row that opens. `invitations`: the label of the box; "" for no box."""

    heading: str
    words: str
    invitations: str
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


@dataclass(frozen=True)
class InvitationRow:
    """An invitation that nobody accepted yet."""

    id: str
    name: str
    note: str
    role: str
    made: str
    ends: str
    ended: bool


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

    def rows(
        self, members: Sequence[Member], invitations: Sequence[SiteInvitation], shown: RowFocus
    ) -> tuple[MemberRow, ...]:
        owners = [one.name for one in members if one.role == "owner"]
        made = {one.name: sum(each.by == one.name for each in invitations) for one in members}
        return tuple(self._row(one, owners, made[one.name], shown) for one in members)

    def _row(self, member: Member, owners: list[str], made: int, shown: RowFocus) -> MemberRow:
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
            remove=self.urls.people(self.site.id, remove=member.name) + "#remove" if may and not you else "",
            removal=self._removal(member, made) if open_ else None,
            focus=shown.at == member.name,
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

    def _removal(self, member: Member, made: int) -> Removal:
        lang = self.lang
        if member.everywhere:
            after = lang.text(
                "The role is one on every site: the account is deleted, and signed out at once on every device."
            )
        elif member.other_sites:
            after = lang.plural(
                "This site is out of reach at once. The role on %(num)s other site stays.",
                "This site is out of reach at once. The roles on %(num)s other sites stay.",
                member.other_sites,
            )
        else:
            after = lang.text("Signed out at once on every device, and the account is deleted: it has no other site.")
        stays = lang.text("What this person defined stays.")
        works = lang.plural(
            "%(num)s invitation this person made goes on working.",
            "%(num)s invitations this person made go on working.",
            made,
        )
        box = lang.plural("Also withdraw the %(num)s invitation", "Also withdraw the %(num)s invitations", made)
        return Removal(
            heading=lang.text("Remove %(name)s?", name=member.name),
            words=" ".join((after, stays, works) if made else (after, stays)),
            invitations=box if made else "",
            keep=self.urls.people(self.site.id, at=member.name),
        )


def invitation_rows(lang: Language, found: Sequence[SiteInvitation], now: int) -> tuple[InvitationRow, ...]:
    """The rows of invitations that nobody accepted."""
    return tuple(_invitation_row(lang, one, not one.is_open(now)) for one in found)


def _invitation_row(lang: Language, one: SiteInvitation, ended: bool) -> InvitationRow:
    _ = lang.text
    note = _("ended, nobody used it") if ended else _("works once, for whoever opens it first")
    return InvitationRow(
        id=one.id,
        name=one.name or _("Link"),
        note=note,
        role=role_name(lang, one.role),
        made=lang.moment(one.made),
        ends=lang.moment(one.ends),
        ended=ended,
    )
