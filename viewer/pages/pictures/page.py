"""Pictures requested from a page: the form's target, and the page that shows the progress."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rules.question import WIDTHS as ALLOWED_WIDTHS
from store.records import Site
from viewer.access.guards import root_of, safe_next
from viewer.access.person import signed_in
from viewer.http.errors import bad_parameter, missing
from viewer.http.urls import Urls
from viewer.job import Job
from viewer.jobs import Jobs
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.pictures.fields import ALL, WIDTHS, Fields, fields_of
from viewer.pages.pictures.taking import Taking, taking_of
from viewer.picture_plans import AskedPictures, PicturePlans
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.work import Work

MOST = 12  # pictures per form


@dataclass(frozen=True, kw_only=True)
class JobPage(Page):
    """Pictures that are being taken, `/sites/3/pictures/{jobs}`."""

    template = "pictures/job.html"
    docs = "pictures"
    heading: str = doc("What is happening, in a few words")
    url: str = doc("Address of the page whose picture is taken")
    state: str = doc("Name of its state; empty for the page as it opens")
    taking: Taking = doc("How far it has come, or why it failed")
    detail: str = doc("The camera's English message about a failure, for other languages")
    next: str = doc("Where to go next")
    take_action: str = doc("Where the form to try again posts to")
    take_fields: Fields = doc("Hidden fields of that form")


async def take(
    request: Request, *, plans: PicturePlans, urls: Urls, jobs: Jobs, questions: Questions, work: Work
) -> Response:
    """POST: queue the pictures and redirect to the page that shows their progress.

    `state`: key of a defined state, or ALL for the page as it opens and each of its states. `width`, repeatable, in
    CSS px; without any, WIDTHS.
    """
    known = await questions.known(request)
    site, form = known.site, await request.form()
    named = [str(state) for state in form.getlist("state")]
    every, state = ALL in named, next((state for state in named if state != ALL), "")
    addresses = [str(url) for url in form.getlist("url")][:MOST]
    variants = [str(v) for v in form.getlist("variant")] + [""] * len(addresses)
    widths = _widths([str(width) for width in form.getlist("width")])
    asked: list[Job] = []
    for url, variant in zip(addresses, variants, strict=False):
        wanted = AskedPictures(url, widths, variant, state, every=every)
        asked += [await work.run(jobs.submit, one) for one in await plans.requests(known, wanted)]
    goal = safe_next(str(form.get("next", "")), root_of(request))
    if goal.startswith(urls.heatmap(site.id)):
        return go(goal)  # the map shows the progress itself
    return go(urls.taking(site.id, [job.id for job in asked[:MOST]], goal))


def _widths(typed: list[str]) -> tuple[int, ...]:
    """The widths of a form. Problem 400 if one of them cannot be photographed."""
    least, most = ALLOWED_WIDTHS
    if not all(width.isdecimal() and least <= int(width) <= most for width in typed):
        raise bad_parameter("width", f"{', '.join(typed)[:100]}: whole numbers.", f"{least} to {most}")
    return tuple(dict.fromkeys(map(int, typed[:MOST]))) or WIDTHS


async def follow(request: Request, *, registry: Registry, frames: Frames, urls: Urls, jobs: Jobs) -> Response:
    """GET: the current state of the jobs; the page updates itself."""
    site = await registry.site(request)
    asked = _jobs(request, jobs, site)
    frame = await frames.of(request, "pages", site)
    states = {state.key: state.name for state in await registry.states(site)}
    lang, failed = frame.lang, [job for job in asked if job.state == "failed"]
    now = next(iter(failed), None) or next((job for job in asked if not job.over), asked[-1])
    taking = taking_of(lang, urls, site, asked, signed_in(request).may("editor"))
    heading = _heading(lang, taking, cancelled=now.state == "cancelled")
    page = JobPage(
        frame=frame,
        title=heading,
        heading=heading,
        url=now.request.url,
        state=states.get(now.request.recipe.state, now.request.recipe.state),
        taking=taking,
        detail=str(now.problem) if now.problem and not now.problem.fault and lang.code != "en" else "",
        next=safe_next(request.query_params.get("next", ""), root_of(request)),
        take_action=urls.take(site.id),
        take_fields=_again(asked),
    )
    return answer(request, page)


async def progress(request: Request, *, registry: Registry, urls: Urls, jobs: Jobs) -> Response:
    """GET: how far the jobs are, for scripts of the page: `words`, `percent`, `ended`, `failed`."""
    site = await registry.site(request)
    taking = taking_of(language_of(request), urls, site, _jobs(request, jobs, site), editor=False)
    values = {"words": taking.words, "percent": taking.percent, "ended": taking.ended, "failed": taking.failed}
    return JSONResponse(values, headers={"Cache-Control": "no-store"})


async def cancel(request: Request, *, registry: Registry, urls: Urls, jobs: Jobs, work: Work) -> Response:
    """POST: cancel the jobs and return to the page that the form names."""
    site = await registry.site(request)
    for job in _jobs(request, jobs, site):
        await work.run(jobs.cancel, job.id)
    return go(safe_next(str((await request.form()).get("next", "")), root_of(request)))


def _jobs(request: Request, jobs: Jobs, site: Site) -> list[Job]:
    """The jobs that the address names. Problem 404 if one of them is unknown or of another site."""
    return [_job(jobs.get(id), id, site) for id in str(request.path_params["jobs"]).split("-")[:MOST]]


def _job(job: Job | None, id: str, site: Site) -> Job:
    if job is None or job.request.site.id != site.id:
        raise missing("job", id, "Jobs that ended are forgotten when Parcours restarts.")
    return job


def _heading(lang: Language, taking: Taking, cancelled: bool) -> str:
    if taking.failed or (taking.ended and cancelled):
        return lang.text("No picture")
    return lang.text("Picture taken") if taking.ended else lang.text("Taking the picture")


def _again(jobs: list[Job]) -> Fields:
    """The fields of a form that requests the same pictures again."""
    states = {job.request.recipe.state for job in jobs}
    pictures = dict.fromkeys((job.request.url, job.request.variant.replace("=", ":")) for job in jobs)
    widths = tuple(dict.fromkeys(width for job in jobs for width in job.request.widths))
    return fields_of(*pictures, state=states.pop() if len(states) == 1 else ALL, widths=widths)
