"""The names of the overview's splits and of their values."""

from __future__ import annotations

from collections.abc import Mapping

from store.segments import What
from viewer.pages.frame.languages import Language
from viewer.pages.map.controls import device_name
from viewer.pages.map.page_names import name_of


def split_name(lang: Language, by: What) -> str:
    _ = lang.text
    names: dict[What, str] = {
        "channel": _("Channel"),
        "campaign": _("Campaign"),
        "medium": _("Medium"),
        "source": _("Source"),
        "referrer": _("Referring site"),
        "saw": _("Page seen"),
        "landing": _("Landing page"),
        "exit": _("Exit page"),
        "country": _("Country"),
        "language": _("Language"),
        "device": _("Device"),
        "browser": _("Browser"),
        "os": _("Operating system"),
        "visitor": _("New or returning"),
        "weekday": _("Day of the week"),
        "hour": _("Hour"),
        "viewport": _("Window width"),
    }
    return names[by]


def value_name(lang: Language, by: What, value: str, pages: Mapping[str, str]) -> str:
    """The name of a value; `pages`: the titles of pages."""
    if by in ("saw", "landing", "exit"):
        return name_of(value, dict(pages))
    if by == "device":
        return device_name(lang, value)
    return value or lang.text("Not known")
