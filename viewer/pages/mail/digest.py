"""The weekly digest of a site: what needs attention first, the week in figures, and what was received.

The same figures give the same mail: nothing in it depends on when or by whom it is made, except its last line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aggregator.answers.overview import OverviewFigures
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.rendering import environment
from viewer.pages.mail.feedback import DigestAnswers
from viewer.pages.mail.received import ReceivedData, received_words
from viewer.pages.overview.figures import change_words, direction, figure_name, value_words
from viewer.pages.overview.needs import SiteNeeds
from viewer.pages.overview.view import OverviewView

RULE = "-" * 60


@dataclass(frozen=True)
class DigestNeed:
    """Where and what happens, the figures behind it, and the absolute address of the evidence."""

    words: str
    facts: str
    label: str
    href: str


@dataclass(frozen=True)
class DigestFigure:
    """`css`: "good" or "bad" for a change of a goal beyond chance."""

    name: str
    now: str
    before: str
    change: str
    css: str = ""


@dataclass(frozen=True)
class DigestFooter:
    """Who gets the mail, and where they end it; without `stop`, somebody sent it by hand."""

    words: str = ""
    stop: str = ""


@dataclass(frozen=True)
class Digest:
    """`answers`: to surveys. `notes`: of colleagues. `lost`: whether data was lost, `account`: what was received and
    what of it was left out."""

    subject: str
    site: str
    heading: str
    needs: tuple[DigestNeed, ...]
    nothing: str
    others: str
    figures: tuple[DigestFigure, ...]
    chance: str
    lost: str
    account: str
    href: str
    answers: tuple[DigestAnswers, ...] = ()
    notes: str = ""

    def plain(self) -> dict[str, Any]:
        """The sentences and figures as JSON values."""
        values = asdict(self)
        for one in values["figures"]:
            del one["css"]
        return values


def digest_of(
    lang: Language, urls: Urls, view: OverviewView, site: str, found: OverviewFigures, needs: SiteNeeds,
    received: ReceivedData,
) -> Digest:  # fmt: skip
    """The digest of the days of `found`. The subject is its first sentence."""
    _ = lang.text
    listed = tuple(
        DigestNeed(
            lang.named(one.place, one.words),
            ", ".join(lang.named(label, value) for label, value, _css in one.facts),
            one.links[0].label,
            urls.absolute(one.links[0].href),
        )
        for one in needs.shown
    )
    nothing = "" if listed else _("Nothing needs attention.")
    figures = tuple(_figures(lang, view.goal_names, found))
    days = _("%(since)s to %(until)s", since=lang.day(found.since, True), until=lang.day(found.until, True))
    lost, account = received_words(lang, received, found.account)
    within = any(one.change is not None and not one.change.beyond_chance for one in found.figures)
    return Digest(
        subject=lang.named(site, listed[0].words if listed else nothing),
        site=site,
        heading=f"{site}, {days}",
        needs=listed,
        nothing=nothing,
        others=needs.others,
        figures=figures,
        chance=_("“Within chance”: the 95% interval of the change holds zero.") if within else "",
        lost=lost,
        account=account,
        href=urls.absolute(urls.overview(view.site)),
    )


def _figures(lang: Language, goals: Mapping[str, str], found: OverviewFigures) -> list[DigestFigure]:
    return [
        DigestFigure(
            figure_name(lang, one.name, goals),
            value_words(lang, one.name, one.value),
            value_words(lang, one.name, one.before) if one.change else "",
            change_words(lang, one.name, one.change)[0],
            direction(one),
        )
        for one in found.figures
    ]


def html_of(lang: Language, digest: Digest, footer: DigestFooter = DigestFooter()) -> str:
    """One column of 600 px with its rules inline, as mail programs require."""
    return environment(lang.code).get_template("mail/digest.html").render(digest=digest, code=lang.code, footer=footer)


def text_of(lang: Language, digest: Digest, footer: DigestFooter = DigestFooter()) -> str:
    """The digest in plain text."""
    _ = lang.text
    lines = [digest.heading, RULE, "", _("Needs attention first"), ""]
    for n, one in enumerate(digest.needs, 1):
        lines += [f"{n}. {one.words}", *([f"   {one.facts}"] if one.facts else []), f"   {one.label}: {one.href}", ""]
    lines += [line for line in (digest.nothing, digest.others) if line]
    lines += ["", _("The week in figures"), ""]
    for figure in digest.figures:
        before = _("%(value)s before", value=figure.before) if figure.before else ""
        lines.append(", ".join(part for part in (lang.named(figure.name, figure.now), before, figure.change) if part))
    lines += [*(["", digest.chance] if digest.chance else []), ""]
    for answers in digest.answers:
        lines += [answers.words, f"   {answers.href}", ""]
    lines += [*([digest.notes, ""] if digest.notes else []), f"{digest.lost} {digest.account}", ""]
    lines += [digest.href, ""]
    if footer.words:
        lines += [RULE, footer.words, *([lang.named(_("Stop it"), footer.stop)] if footer.stop else []), ""]
    return "\n".join(lines)
