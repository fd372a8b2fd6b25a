"""Field labels of the account, token and invitation forms."""

from __future__ import annotations

from viewer.pages.frame.languages import Language


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "password": _("Password"),
        "role": _("Role"),
        "days": _("Ends"),
        "mail": _("Mail address"),
    }
    return names.get(path, path)
