"""The modes of a site, and what is kept in each: the table of docs/privacy.md with the limits of the site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from rules.retention import MONTHS
from store.records import PrivacyMode, Site
from viewer.pages.frame.help_text import PRIVACY, help_table
from viewer.pages.frame.languages import Language

MODES: tuple[PrivacyMode, ...] = get_args(PrivacyMode)
_CODE = re.compile(r"`(keep_\w+)`")
_FIRST = 3  # column of the table with what is kept in the first mode


@dataclass(frozen=True)
class ModeOption:
    """One mode: its name, what it means, and what it loses. `note`: beside the name."""

    value: PrivacyMode
    name: str
    note: str
    words: str
    lost: str
    on: bool


@dataclass(frozen=True)
class KeptThing:
    """A row of what is kept: what it is made of, who could recognise a person in it, and for how long."""

    what: str
    made_of: str
    who: str
    kept: str


def mode_options(lang: Language, chosen: PrivacyMode, least: int) -> list[ModeOption]:
    """The modes in their order, with what each loses."""
    _ = lang.text
    options: tuple[tuple[PrivacyMode, str, str, str, str], ...] = (
        (
            "without_consent",
            _("Without consent"),
            "",
            _("By a key made anew each day. No cookie, nothing stored in the browser. Ids that your site sends are "
              "discarded."),
            _("Loses: whoever comes back tomorrow is a new visitor."),
        ),
        (
            "with_consent",
            _("With consent, across days"),
            _("as installed"),
            _("Those who consent get an identifier in their browser. All others as above."),
            _("Loses: nothing. You have to ask for consent."),
        ),
        (
            "counts",
            _("Counts only"),
            "",
            _("Counts per page, element and day; a count under %(n)s visitors is not kept. Nothing about a single "
              "visitor is kept after the day.", n=lang.number(least)),
            _("Loses: journeys, segments, comparisons, forms and today. They are then empty."),
        ),
    )  # fmt: skip
    return [ModeOption(*one, on=one[0] == chosen) for one in options]


def mode_name(lang: Language, mode: PrivacyMode) -> str:
    return next(one.name for one in mode_options(lang, mode, 0) if one.on)


def kept_things(lang: Language, site: Site) -> list[KeptThing]:
    """What is kept of the visitors of a site, in its mode and with its limits."""
    column = _FIRST + MODES.index(site.mode)
    return [
        KeptThing(what.strip("*"), made_of, who, _with_limits(lang, site, cells[column - _FIRST]))
        for what, made_of, who, *cells in help_table(lang.code, PRIVACY, "kept")
    ]


def _with_limits(lang: Language, site: Site, kept: str) -> str:
    """`keep_views_days` becomes “13 months”."""
    return _CODE.sub(lambda found: _limit(lang, _days(site, found[1])), kept)


def _days(site: Site, name: str) -> int:
    """The limit that counts: clicks and events are erased with their visits at the latest."""
    own, views = int(getattr(site, name)), site.keep_views_days
    if name in ("keep_points_days", "keep_events_days"):
        return min((days for days in (own, views) if days), default=0)
    return own


def _limit(lang: Language, days: int) -> str:
    if not days:
        return lang.text("no limit")
    months = next((n for n, of_month in MONTHS.items() if of_month == days), 0)
    if months:
        return lang.plural("%(num)s month", "%(num)s months", months)
    return lang.plural("%(num)s day", "%(num)s days", days)
