"""The weekly digest of a site: what needs attention first, the week in figures, and what was received.

The same figures give the same mail: nothing in it depends on when or by whom it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.answers.overview import OverviewFigures
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.rendering import environment
from viewer.pages.overview.figures import change_words, figure_name, value_words
from viewer.pages.overview.needs import SiteNeeds
from viewer.pages.overview.view import OverviewView

RULE = "-" * 60


@dataclass(frozen=True)
class DigestNeed:
    """Where, what happens, and the absolute address of the evidence."""

    words: str
    label: str
    href: str


@dataclass(frozen=True)
class DigestFigure:
    name: str
    now: str
    before: str
    change: str


@dataclass(frozen=True)
class Digest:
    """`account`: what was received, and what of it was left out."""

    subject: str
    heading: str
    needs: tuple[DigestNeed, ...]
    nothing: str
    others: str
    figures: tuple[DigestFigure, ...]
    account: str
    href: str


def digest_of(
    lang: Language, urls: Urls, view: OverviewView, site: str, goals: Mapping[str, str], found: OverviewFigures,
    needs: SiteNeeds,
) -> Digest:  # fmt: skip
    """The digest of the days of `found`. The subject is its first sentence."""
    _ = lang.text
    listed = tuple(
        DigestNeed(f"{one.place}: {one.words}", one.links[0].label, urls.absolute(one.links[0].href))
        for one in needs.shown
    )
    nothing = "" if listed else _("Nothing needs attention.")
    figures = tuple(
        DigestFigure(
            figure_name(lang, one.name, goals),
            value_words(lang, one.name, one.value),
            value_words(lang, one.name, one.before) if one.change else "",
            change_words(lang, one.name, one.change)[0],
        )
        for one in found.figures
    )
    days = _("%(since)s to %(until)s", since=lang.day(found.since, True), until=lang.day(found.until, True))
    account = _(
        "Visitors received: %(received)s, of them robots: %(bots)s, excluded: %(excluded)s.",
        received=lang.number(found.account.received),
        bots=lang.number(found.account.bots),
        excluded=lang.number(found.account.excluded),
    )
    return Digest(
        subject=f"{site}: {listed[0].words if listed else nothing}",
        heading=f"{site}, {days}",
        needs=listed,
        nothing=nothing,
        others=needs.others,
        figures=figures,
        account=account,
        href=urls.absolute(urls.overview(view.site)),
    )


def html_of(lang: Language, digest: Digest) -> str:
    """One column of 600 px with its rules inline, as mail programs require."""
    return environment(lang.code).get_template("mail/digest.html").render(digest=digest, code=lang.code)


def text_of(lang: Language, digest: Digest) -> str:
    """The digest in plain text."""
    _ = lang.text
    lines = [digest.heading, RULE, "", _("Needs attention first"), ""]
    for n, one in enumerate(digest.needs, 1):
        lines += [f"{n}. {one.words}", f"   {one.label}: {one.href}", ""]
    lines += [line for line in (digest.nothing, digest.others) if line]
    lines += ["", _("The week in figures"), ""]
    for figure in digest.figures:
        before = _("%(value)s before", value=figure.before) if figure.before else ""
        lines.append(", ".join(part for part in (lang.named(figure.name, figure.now), before, figure.change) if part))
    lines += ["", digest.account, "", digest.href, ""]
    return "\n".join(lines)
