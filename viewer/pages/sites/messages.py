"""Sentences about the messages that a site received: tests, refused, skipped, quarantined."""

from __future__ import annotations

import time

from store.intake import SiteIntake
from store.records import Site
from viewer.pages.frame.languages import MINUS, Language
from viewer.recent import Recent


def old_keys(lang: Language, site: Site, intake: SiteIntake | None) -> list[str]:
    """Previous keys that still work, and whether pages still use one."""
    now = time.time() * 1000
    words = [
        lang.text("%(key)s works until %(time)s.", key=old.key, time=lang.moment(old.until))
        for old in site.old_keys
        if old.until > now
    ]
    if words and intake is not None and intake.by_old_key:
        n = lang.number(intake.by_old_key)
        words.append(lang.text("%(n)s messages with a previous key have arrived since Parcours started.", n=n))
    return words


def tests_line(lang: Language, intake: SiteIntake | None) -> str:
    if intake is None or not intake.of_tests:
        return ""
    return lang.plural(
        "%(num)s message is a test from a page on localhost. Such pages have their own maps.",
        "%(num)s messages are tests from a page on localhost. They have their own maps.",
        intake.of_tests,
    )


def refused_line(lang: Language, recent: Recent) -> str:
    share, refused = recent.refused_share, recent.refused_in_all
    if not share:
        return ""
    return lang.text(
        "%(n)s of %(all)s messages in the last 24 hours (%(share)s). Every refused message is counted here.",
        n=lang.number(refused),
        all=lang.number(refused + recent.accepted),
        share=lang.share(share, 1 if share >= 0.001 else 2),
    )


def skipped_line(lang: Language, recent: Recent) -> str:
    if not recent.skipped.count:
        return ""
    words = lang.plural(
        "%(num)s message from a newer script contained data that this version of Parcours does not know; "
        "the rest was stored.",
        "%(num)s messages from a newer script contained data that this version of Parcours does not know; "
        "the rest was stored.",
        recent.skipped.count,
    )
    names = lang.text("Unknown: %(names)s.", names=recent.skipped.example)
    return f"{words} {names}"


def tracker_errors_line(lang: Language, errors: int) -> str:
    if not errors:
        return ""
    return lang.plural(
        "The script on your pages has met %(num)s error in the last 28 days: an event may be missing. The page's own "
        "scripts may have replaced a part of the browser.",
        "The script on your pages has met %(num)s errors in the last 28 days: events may be missing. The page's own "
        "scripts may have replaced a part of the browser.",
        errors,
    )


def other_clock(lang: Language, minutes: int | None) -> str:
    """That most visitors live in another time than the site's; empty if they do not."""
    if minutes is None:
        return ""
    hours = f"UTC{'+' if minutes > 0 else MINUS}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return lang.text(
        "The clocks of most visitors are at %(hours)s, but the days of this site are those of %(zone)s.",
        hours=hours,
        zone=lang.zone.name,
    )


def own_programs(lang: Language, intake: SiteIntake | None) -> str:
    if intake is None or not intake.from_backend:
        return ""
    return lang.plural(
        "Your own programs have sent %(num)s message since Parcours started.",
        "Your own programs have sent %(num)s messages since Parcours started.",
        intake.from_backend,
    )


def quarantined_line(lang: Language, intake: SiteIntake | None) -> str:
    if intake is None or not intake.quarantined:
        return ""
    return lang.plural(
        "%(num)s message was received but could not be stored. It is kept on the server's disk.",
        "%(num)s messages were received but could not be stored. They are kept on the server's disk.",
        intake.quarantined,
    )


def foreign_line(lang: Language, host: str, refused: int) -> str:
    """How many messages of a domain that the site does not have were refused; empty if none were."""
    if not host or not refused:
        return ""
    return lang.plural(
        "In the last 24 hours, %(num)s message from %(host)s was refused.",
        "In the last 24 hours, %(num)s messages from %(host)s or other domains were refused.",
        refused,
        host=host,
    )
