"""Names for what rules refer to: traits and their values, pages, elements, goals, variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from babel.dates import get_day_names
from babel.lists import format_list

from rules.channel_names import CHANNEL_NAMES
from store.segments import What
from viewer.pages.frame.languages import DASH, Language


@dataclass(frozen=True)
class SiteNames:
    """The names that a site has for the pages, elements (by key), goals, zones, variants and answers of its rules."""

    pages: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[str, str] = field(default_factory=dict)
    goals: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


NO_NAMES = SiteNames()


def trait_name(lang: Language, what: What) -> str:
    """The name of what a rule tests, as a menu shows it."""
    _ = lang.text
    names: dict[What, str] = {
        "device": _("Device"),
        "viewport": _("Window width"),
        "browser": _("Browser"),
        "os": _("Operating system"),
        "country": _("Country"),
        "language": _("Language"),
        "channel": _("Channel"),
        "source": _("Source"),
        "medium": _("Medium"),
        "campaign": _("Campaign"),
        "referrer": _("Referring site"),
        "landing": _("Landing page"),
        "exit": _("Exit page"),
        "visitor": _("New or returning"),
        "weekday": _("Day of the week"),
        "hour": _("Hour"),
        "variant": _("Variant"),
        "saw": _("Saw page"),
        "clicked": _("Clicked element"),
        "dwelt": _("Dwelt on element"),
        "rage": _("Rage"),
        "dead": _("Dead click"),
        "error": _("Error"),
        "sent": _("Event"),
        "left_blank": _("Left a field blank"),
        "submitted": _("Sent a form"),
        "scrolled": _("Scrolled"),
        "stayed": _("Stayed"),
        "goal": _("Goal reached"),
        "answered": _("Answer to a survey"),
        "visits": _("Number of visits"),
        "last_seen": _("Days since last seen"),
        "value": _("Sum of an event's value"),
        "top_value": _("Top share by value"),
        "quiet": _("Quiet for their usual gap"),
        "funnel": _("Step of a funnel"),
    }
    return names[what]


def value_name(lang: Language, what: What, value: str, names: SiteNames = NO_NAMES) -> str:
    """The name of one value of a trait, as a menu or a chip shows it; the value itself if it has no name."""
    if not value:
        return lang.text("Not known")
    found = _VALUE_NAMES.get(what)
    return found(lang, value, names) if found else value


def channel_name(lang: Language, channel: str) -> str:
    return lang.words(CHANNEL_NAMES.get(channel, {}), channel)


def device_label(lang: Language, device: str) -> str:
    _ = lang.text
    names = {"desktop": _("Desktop"), "tablet": _("Tablet"), "phone": _("Phone"), "other": _("Other")}
    return names.get(device, device)


def page_label(value: str, names: SiteNames) -> str:
    """The name of a page; a pattern is shown as it is."""
    return names.pages.get(value, value)


def any_of(lang: Language, values: Sequence[str]) -> str:
    """`A, B or C` in this language."""
    return format_list(list(values), style="or", locale=lang.locale)


def all_of(lang: Language, values: Sequence[str]) -> str:
    """`A, B and C` in this language."""
    return format_list(list(values), style="standard", locale=lang.locale)


def _country(lang: Language, value: str, names: SiteNames) -> str:
    return str(lang.locale.territories.get(value.upper(), value))


def _language(lang: Language, value: str, names: SiteNames) -> str:
    base, _, rest = value.replace("_", "-").partition("-")
    name = lang.locale.languages.get(base.lower())
    return f"{name} ({rest})" if name and rest else str(name or value)


def _weekday(lang: Language, value: str, names: SiteNames) -> str:
    days = get_day_names(locale=lang.locale)
    return str(days[int(value) - 1]) if value in set("1234567") else value


def _hour(lang: Language, value: str, names: SiteNames) -> str:
    return f"{int(value):02d}:00{DASH}{int(value):02d}:59" if value.isdecimal() else value


def _new_or_returning(lang: Language, value: str, names: SiteNames) -> str:
    return {"new": lang.text("New visitors"), "returning": lang.text("Returning visitors")}.get(value, value)


def _width(lang: Language, value: str, names: SiteNames) -> str:
    low, _, high = value.partition("-")
    if high:
        return lang.text("%(low)s to %(high)s px", low=low, high=high)
    return lang.text("%(low)s px or more", low=low)


_VALUE_NAMES: dict[str, Callable[[Language, str, SiteNames], str]] = {
    "channel": lambda lang, value, names: channel_name(lang, value),
    "device": lambda lang, value, names: device_label(lang, value),
    "country": _country,
    "language": _language,
    "weekday": _weekday,
    "hour": _hour,
    "visitor": _new_or_returning,
    "viewport": _width,
    "landing": lambda lang, value, names: page_label(value, names),
    "exit": lambda lang, value, names: page_label(value, names),
    "saw": lambda lang, value, names: page_label(value, names),
    "variant": lambda lang, value, names: names.variants.get(value, value),
}
