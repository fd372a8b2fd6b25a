"""The mails about accounts, in plain text."""

from __future__ import annotations

from store.invitations import SiteInvitation
from store.records import Site
from viewer.access.password_links import AccountMail
from viewer.pages.frame.languages import Language
from viewer.pages.people.roles import invited_as


def password_mail(lang: Language, name: str, link: str) -> AccountMail:
    """The link for a forgotten password."""
    _ = lang.text
    lines = (
        _("Somebody asked for a new password for the account “%(name)s” of Parcours. Choose it here:", name=name),
        link,
        _("The link works once, within an hour. Every open session ends when the password changes."),
        _("If it was not you, do nothing: your password stays as it is."),
    )
    return AccountMail(_("A new password for Parcours"), "\n\n".join(lines) + "\n")


def address_mail(lang: Language, name: str, link: str) -> AccountMail:
    """The link that confirms a mail address."""
    _ = lang.text
    lines = (
        _("Somebody gave this address for the account “%(name)s” of Parcours. Confirm it here:", name=name),
        link,
        _("The link works for three days. Before it is opened, no digest and no alert is sent to this address."),
        _("If it was not you, do nothing."),
    )
    return AccountMail(_("Confirm your address for Parcours"), "\n\n".join(lines) + "\n")


def invitation_mail(lang: Language, site: Site, invitation: SiteInvitation, link: str) -> AccountMail:
    """The link of an invitation."""
    _ = lang.text
    asks = _(
        "%(name)s invites you to see the maps, journeys and figures of %(site)s.", name=invitation.by, site=site.name
    )
    ends = _("The link works once, until %(moment)s.", moment=lang.zoned_moment(invitation.ends))
    unknown = _("If you do not know who that is, do nothing.")
    lines = (asks, _("Accept it here:"), link, ends, unknown)
    return AccountMail(invited_as(lang, site.name, invitation.role), "\n\n".join(lines) + "\n")
