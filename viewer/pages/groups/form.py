"""The form of a page group: read from the store or a submission, and converted to plain fields for the rules."""

from __future__ import annotations

from viewer.pages.forms.fields import label_of
from viewer.pages.frame.languages import Language


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "key": _("Key"),
        "pages": _("Addresses that belong"),
        "without": _("But not"),
        "picture_of": _("Picture of"),
    }
    return label_of(names, path)
