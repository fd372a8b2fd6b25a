"""What is known of the people of a site: roles, invitations, when they were seen; and mails of invitations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rules.share import works
from store.definitions import Definitions
from store.invitations import SiteInvitation
from store.outbox import OutboxMessage
from store.records import Site
from store.sessions import last_uses
from store.shares import Share
from store.two_factor import TwoFactor
from store.zones import now_ms
from viewer.access.invitations import Invitations
from viewer.access.members import Member, Members
from viewer.access.password_links import AccountMail
from viewer.access.session_list import SessionList
from viewer.mail.outbox import Outbox
from viewer.shares import ShareLinks


@dataclass(frozen=True)
class MemberFigures:
    """What is known of a member. `last`: ms since 1970, 0 for never; `links`: that they made and that still open, on
    this site or, for whoever has a role on every site, on all; `invitations`: the same of invitations to this site."""

    two_factor: bool = False
    last: int = 0
    sessions: int = 0
    links: int = 0
    invitations: int = 0


@dataclass(frozen=True)
class PeopleFound:
    """`figures` by name; `mailed`: what became of the mails of invitations, by the id of the invitation."""

    members: Sequence[Member]
    invitations: Sequence[SiteInvitation]
    figures: Mapping[str, MemberFigures] = field(default_factory=dict)
    mailed: Mapping[str, str] = field(default_factory=dict)


class PeopleReader:
    """Reads members and invitations, and mails invitations. Every method queries the store: run them in threads."""

    def __init__(
        self, definitions: Definitions, members: Members, invitations: Invitations, shares: ShareLinks, outbox: Outbox
    ) -> None:
        self._definitions = definitions
        self._members = members
        self._invitations = invitations
        self._shares = shares
        self._outbox = outbox
        self._sessions = SessionList(definitions)

    @property
    def by_mail(self) -> bool:
        """Whether there is a mail server."""
        return self._outbox.mail_is_set_up

    def read(self, site: Site) -> PeopleFound:
        members, invitations = self._members.of(site), self._invitations.of(site)
        mailed = {one.id: self._outbox.progress(_key(one)) for one in invitations if one.mail}
        return PeopleFound(members, invitations, self._figures(site, members, invitations), mailed)

    def send(self, site: Site, invitation: SiteInvitation, mail: AccountMail) -> None:
        """Mail the link of an invitation to its address, once."""
        message = OutboxMessage(
            id="", to=invitation.mail, subject=mail.subject, text=mail.text, about="invitation", site=site.id,
            created=0, next_try=0,
        )  # fmt: skip
        self._outbox.put_once(_key(invitation), message)

    def revoke_links(self, site: Site, member: Member, by: str) -> None:
        """Revoke the links that a member made, as many as `MemberFigures.links` says."""
        self._shares.revoke_links_of(member.name, _place(site, member), by)

    def _figures(
        self, site: Site, members: Sequence[Member], invitations: Sequence[SiteInvitation]
    ) -> dict[str, MemberFigures]:
        sessions, last = self._sessions.open(), last_uses(self._definitions.store)
        factors = {one.id for one in self._definitions.stored(TwoFactor)}
        invited = Counter(one.by for one in invitations)
        links = [one for one in self._definitions.find(Share) if works(one, now_ms())]
        return {
            one.name: MemberFigures(
                two_factor=one.name in factors,
                last=last.get(one.name, 0),
                sessions=len(sessions.get(one.name, ())),
                links=sum(each.by == one.name and _place(site, one) in ("", each.site) for each in links),
                invitations=invited[one.name],
            )
            for one in members
        }


def _place(site: Site, member: Member) -> str:
    """The site whose links end with a member; "" for every site."""
    return "" if member.everywhere else site.id


def _key(invitation: SiteInvitation) -> str:
    return f"invitation {invitation.id}"
