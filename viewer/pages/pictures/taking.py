"""How far the pictures are that are being taken: one line with a bar, on their own page and on the map of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.records import Site
from viewer.http.urls import Urls
from viewer.job import Job
from viewer.pages.frame.languages import Language
from viewer.pages.pictures.failures import words_of

FAILURE_SECONDS = 600.0  # how long a failure is shown on the map


@dataclass(frozen=True)
class Taking:
    """`percent` of all widths of all jobs. `href` answers with the same as JSON, `cancel` is where a form posts to."""

    words: str
    percent: int
    ended: bool
    failed: bool
    href: str
    cancel: str = ""


def taking_of(lang: Language, urls: Urls, site: Site, jobs: Sequence[Job], editor: bool) -> Taking:
    """The progress of jobs, which are not empty. Editors may cancel them."""
    ids = [job.id for job in jobs]
    failed = next((job for job in jobs if job.state == "failed"), None)
    ended = all(job.over for job in jobs)
    return Taking(
        words=words_of(lang, failed.problem) if failed and failed.problem else _words(lang, jobs),
        percent=round(100 * sum(_share(job) for job in jobs) / len(jobs)),
        ended=ended,
        failed=failed is not None,
        href=urls.taking_progress(site.id, ids),
        cancel=urls.cancel_taking(site.id, ids) if editor and not ended else "",
    )


def on_map(jobs: Sequence[Job], page: str, now: float) -> list[Job]:
    """The jobs to show on the map of `page`: those under way, else the latest one if it failed a short time ago.

    `jobs` are the newest first, `now` is in seconds since 1970.
    """
    here = [job for job in jobs if job.page == page]
    active = [job for job in here if not job.over]
    latest = here[:1]
    return active or [job for job in latest if job.state == "failed" and now - job.ended < FAILURE_SECONDS]


def _share(job: Job) -> float:
    return 1.0 if job.over else job.at.share


def _words(lang: Language, jobs: Sequence[Job]) -> str:
    _ = lang.text
    if all(job.state == "cancelled" for job in jobs):
        return _("The picture was cancelled.")
    if all(job.over for job in jobs):
        return _("The picture has been taken.")
    widths = sum(len(job.request.widths) for job in jobs)
    done = sum(len(job.request.widths) if job.over else job.at.done for job in jobs)
    running = next((job for job in jobs if job.state == "running"), None)
    step = _step(lang, running) if running else _("waiting in the queue")
    return _("%(n)s of %(m)s widths taken: %(step)s", n=lang.number(done), m=lang.number(widths), step=step)


def _step(lang: Language, job: Job) -> str:
    _ = lang.text
    at = job.at
    words = {
        "browser": _("starting the browser"),
        "again": _("starting a new browser, since it failed"),
        "opening": _("opening the page"),
        "settling": _("waiting for the page to come to rest"),
        "state": _("carrying out the steps of the state"),
        "picture": _("taking the picture"),
        "saving": _("saving the pictures"),
    }.get(at.step, _("starting the browser"))
    return _("%(step)s at %(width)s px", step=words, width=lang.number(at.width)) if at.width else words
