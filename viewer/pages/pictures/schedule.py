"""Texts about scheduled retakes: when a page is next, what is kept, and why the last retake failed."""

from __future__ import annotations

from dataclasses import dataclass

from store.records import Site
from store.retakes import LastRetake
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.pictures.failures import words_of
from viewer.retake_times import QUIET_HOURS
from viewer.retakes import PageRetakes, SiteRetakes


@dataclass(frozen=True)
class ScheduleNote:
    """When a page is retaken, how many pictures are kept, and the last failure; `settings`: where to change it."""

    words: str
    kept: str
    failure: str
    settings: str


@dataclass(frozen=True)
class FailedRetake:
    """A page whose pictures could not be taken again."""

    page: str
    words: str
    href: str


@dataclass(frozen=True)
class SiteSchedule:
    """The retakes of a site, in a sentence, and those that failed."""

    words: str
    failed: tuple[FailedRetake, ...]


def schedule_note(lang: Language, urls: Urls, plan: SiteRetakes, page: str) -> ScheduleNote:
    """The note of one page."""
    found, settings = plan.of(page), urls.site_settings(plan.site.id) + "#retakes"
    kept = _kept(lang, plan.site)
    if plan.site.retake == "never" or found is None:
        return ScheduleNote(_not_taken(lang, plan.site), kept, "", settings)
    failure = "" if found.last.jobs else _failure(lang, found.last)
    return ScheduleNote(_when(lang, plan.site, found), kept, failure, settings)


def site_schedule(lang: Language, urls: Urls, plan: SiteRetakes) -> SiteSchedule | None:
    """The retakes of a site; None without a schedule."""
    if plan.site.retake == "never":
        return None
    words = lang.text(
        "Pages that are retaken: %(n)s, between %(first)s:00 and %(last)s:00 (%(zone)s), when the site has the "
        "fewest visits.",
        n=lang.number(len(plan.pages)),
        first=f"{plan.quiet:02}",
        last=f"{(plan.quiet + QUIET_HOURS) % 24:02}",
        zone=lang.zone.name,
    )
    failed = [page for page in plan.pages if page.last.failures and not page.last.jobs]
    return SiteSchedule(
        words,
        tuple(
            FailedRetake(one.page, _failure(lang, one.last), urls.picture_history(plan.site.id, page=one.page))
            for one in failed
        ),
    )


def _not_taken(lang: Language, site: Site) -> str:
    _ = lang.text
    if site.retake == "never":
        return _("These pictures are retaken only when somebody asks for it.")
    return _(
        "The schedule leaves this page out: it had no visits in the last 28 days, or its pictures are from "
        "somebody’s own browser."
    )


def _when(lang: Language, site: Site, page: PageRetakes) -> str:
    _ = lang.text
    if page.last.jobs:
        return _("These pictures are being retaken.")
    moment = lang.zoned_moment(page.begins)
    match site.retake:
        case "daily":
            return _("These pictures are retaken every day, next on %(moment)s.", moment=moment)
        case "weekly":
            return _("These pictures are retaken every week, next on %(moment)s.", moment=moment)
        case "monthly":
            return _("These pictures are retaken every month, next on %(moment)s.", moment=moment)
    return _(
        "These pictures are retaken when the page has changed, which is next checked on %(moment)s.",
        moment=moment,
    )


def _kept(lang: Language, site: Site) -> str:
    if site.retake == "never":
        return ""
    return lang.text(
        "The %(n)s newest of each width, variant and state are kept, and the one chosen for maps.",
        n=lang.number(site.keep_pictures),
    )


def _failure(lang: Language, last: LastRetake) -> str:
    if not last.failures:
        return ""
    words = _reason(lang, last)
    moment = lang.zoned_moment(last.begun)
    if last.failures == 1:
        return lang.text("Retaking them failed on %(moment)s: %(words)s", moment=moment, words=words)
    return lang.text(
        "Retaking them has failed %(n)s times, last on %(moment)s: %(words)s",
        n=lang.number(last.failures),
        moment=moment,
        words=words,
    )


def _reason(lang: Language, last: LastRetake) -> str:
    _ = lang.text
    if last.code == "interrupted":
        return _("The server was stopped before the pictures were taken.")
    if last.code == "failed":
        return _("The pictures could not be taken: see the log of the server.")
    return words_of(lang, Problem(502, last.code, last.words))
