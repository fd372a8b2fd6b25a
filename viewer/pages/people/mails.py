"""The mails about accounts, in plain text."""

from __future__ import annotations

from viewer.access.password_links import PasswordMail
from viewer.pages.frame.languages import Language


def password_mail(lang: Language, name: str, link: str) -> PasswordMail:
    """The link for a forgotten password."""
    _ = lang.text
    lines = (
        _("Somebody asked for a new password for the account “%(name)s” of Parcours. Choose it here:", name=name),
        link,
        _("The link works once, within an hour. Every open session ends when the password changes."),
        _("If it was not you, do nothing: your password stays as it is."),
    )
    return PasswordMail(_("A new password for Parcours"), "\n\n".join(lines) + "\n")
