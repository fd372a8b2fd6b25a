"""What the forms of accounts and tokens call their fields."""

from __future__ import annotations

from viewer.pages.frame.languages import Language


def label(lang: Language, path: str) -> str:
    """What the form calls a field."""
    _ = lang.text
    names = {"name": _("Name"), "password": _("Password"), "role": _("Role")}
    return names.get(path, path)
