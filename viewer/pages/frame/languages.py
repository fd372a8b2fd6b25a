"""English and French: texts from the catalogs, numbers and dates in each language's format."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from store.zones import UTC_ZONE, Zone, now_ms

CATALOGS = Path(__file__).parents[2] / "translations"
CODES = ("en", "fr")  # English is the language of the message ids, so it has no catalog
MOST_TAGS = 20  # of an Accept-Language header
NAMES = {"en": "English", "fr": "Français"}
MINUS, DASH, THIN = "−", "–", "\u202f"


@dataclass(frozen=True)
class Language:
    """One language: its texts, and its formats of numbers and dates. `zone`: that of times, the site's on its pages."""

    code: str
    locale: Locale
    catalog: NullTranslations
    zone: Zone = UTC_ZONE

    def text(self, message: str, **values: object) -> str:
        """`message` in this language, with `%(name)s` filled in."""
        words = self.catalog.gettext(message)
        return words % values if values else words

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """`one` or `many`, by this language's plural rule; `%(num)s` becomes `n`."""
        return self.catalog.ngettext(one, many, n) % {"num": self.number(n), **values}

    def words(self, text: Mapping[str, str], fallback: str = "") -> str:
        """A user's text in this language, or in any other if it is missing."""
        return text.get(self.code) or next((words for words in text.values() if words), fallback)

    def named(self, name: str, value: str) -> str:
        """`Apply code: 22.5%`."""
        return self.text("%(name)s: %(value)s", name=name, value=value)

    def number(self, value: float, digits: int = 0) -> str:
        """`4,812`, `−12`, `3.9`."""
        shown = format_decimal(abs(round(value, digits)), "#,##0" + ("." + "0" * digits if digits else ""), self.locale)
        return (MINUS if round(value, digits) < 0 else "") + shown

    def share(self, value: float, digits: int = 1) -> str:
        """`58.0%` of 0.58."""
        return self.number(value * 100, digits) + (f"{THIN}%" if self.code == "fr" else "%")

    def between(self, low: float, high: float) -> str:
        """`57.2–60.0`: an interval of shares in percent, without the sign."""
        return f"{self.number(low * 100, 1)}{DASH}{self.number(high * 100, 1)}"

    def points(self, difference: float, digits: int = 1) -> str:
        """`+2.7` percentage points of 0.027."""
        value = round(difference * 100, digits)
        return ("+" if value > 0 else "") + self.number(value, digits)

    def chance(self, p: float) -> str:
        """A p or q value: `0.014`, `< 0.001`."""
        return f"< {self.number(0.001, 3)}" if p < 0.001 else self.number(p, 3)

    def day(self, value: date | str, year: bool = False) -> str:
        """`21 November`; with the year if `year` or if it is not the current one."""
        if isinstance(value, str):
            value = date.fromisoformat(value)
        if year or value.year != self.zone.today().year:
            return format_date(value, "d MMMM y", self.locale)
        return format_date(value, "d MMMM", self.locale)

    def moment(self, ms: float) -> str:
        """`21 November, 09:14` of ms since 1970, in the language's zone. The page names the zone."""
        when = self.zone.local(ms)
        return f"{self.day(when.date())}, {when:%H:%M}"

    def zoned_moment(self, ms: float) -> str:
        """`21 November, 09:14 (Europe/Paris)`: with the zone, for sentences that stand alone."""
        return f"{self.moment(ms)} ({self.zone.name})"

    def zone_words(self) -> str:
        """`Europe/Paris (now UTC+01:00)`: the zone, and how far it is from UTC at present."""
        if self.zone == UTC_ZONE:
            return self.zone.name
        offset = f"UTC{self.zone.offset(now_ms()).replace('-', MINUS)}"
        return self.text("%(zone)s (now %(offset)s)", zone=self.zone.name, offset=offset)

    def span(self, ms: float) -> str:
        """A duration in at most two units: `40 s`, `3 min`, `1 d 4 h`."""
        seconds = ms / 1000
        if seconds < 10:
            return self.text("%(n)s s", n=self.number(seconds, 1))
        if seconds < 90:
            return self.text("%(n)s s", n=self.number(seconds))
        minutes = round(seconds / 60)
        if minutes < 90:
            return self.text("%(n)s min", n=self.number(minutes))
        hours = round(minutes / 60)
        if hours < 24:
            return self.text("%(n)s h", n=self.number(hours))
        days, rest = divmod(hours, 24)
        if days < 10 and rest:
            return self.text("%(days)s d %(hours)s h", days=days, hours=rest)
        return self.text("%(n)s d", n=self.number(days))


@cache
def language(code: str) -> Language:
    """The language of a code in `CODES`; English for any other."""
    code = code if code in CODES else "en"
    return Language(code, Locale.parse("en" if code == "en" else code), _catalog(code))


def _catalog(code: str) -> NullTranslations:
    path = CATALOGS / code / "LC_MESSAGES" / "parcours.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalog = read_po(file, locale=code)
    compiled = io.BytesIO()  # in memory, so that no binary file can get out of date
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def preferred(accept: str) -> str:
    """The supported language that an `Accept-Language` header prefers; English if it names none.

    The header lists tags with weights (https://www.rfc-editor.org/rfc/rfc9110#name-accept-language); Babel negotiates.

    >>> preferred("de;q=0.9, fr-CA;q=0.8, en;q=0.1")
    'fr'
    """
    wished = sorted((_weighted(part) for part in accept.split(",")[:MOST_TAGS]), key=lambda tag: -tag[1])
    return negotiate_locale([tag for tag, weight in wished if weight > 0], CODES, sep="-") or "en"


def _weighted(part: str) -> tuple[str, float]:
    """A language tag with its weight; 0 for one that cannot be read."""
    tag, _, rest = part.strip().partition(";")
    try:
        return tag, float(rest.strip().removeprefix("q=")) if rest else 1.0
    except ValueError:
        return tag, 0.0
