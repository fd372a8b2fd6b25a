"""Pictures asked for from a page: the form that asks, and the page that follows the job."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from store.definitions import Definitions
from store.pages import canonical_page
from store.records import Site
from store.snapshots import Snapshot
from viewer.auth import require, safe_next
from viewer.errors import missing
from viewer.jobs import Job
from viewer.query import resolve_variant, site_of
from viewer.states import defined_states, wishes

from .languages import Language
from .page import Page, doc
from .picture_failures import words_of
from .serve import answer, frame_of, go, viewer_of

ALL = "*"  # in the place of a state: all of them
WIDTHS = (1366, 768, 390)  # px: desktop, tablet, phone
MOST = 12  # pictures of one form

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class JobPage(Page):
    """Pictures that are being taken, `/sites/3/pictures/{jobs}`."""

    template = "job.html"
    heading: str = doc("What is going on, in a few words")
    url: str = doc("Address of the page whose picture is taken")
    state: str = doc("Name of its state; empty for the page as it opens")
    words: str = doc("Progress, or why it failed")
    detail: str = doc("The camera's own words about a failure, for readers of other languages than English")
    failed: bool = doc("Whether a picture could not be taken")
    ended: bool = doc("Whether all jobs are over")
    job_href: str = doc("Addresses of the jobs in the API, with spaces between")
    next: str = doc("Where to go on to")
    take_action: str = doc("Where the form to try again posts to")
    take_fields: Fields = doc("Hidden fields of that form")


def address_of(page: str, pictures: list[Snapshot]) -> str:
    """The address to take a picture of `page` (canonical) from: that of its last one, else a guess of the scheme."""
    last = [s.url for s in pictures if s.page == page and not s.variant]
    if last:
        return last[-1]
    host = page.partition("/")[0]
    near = ":" in host or host == "localhost" or host.replace(".", "").isdigit()
    return f"{'http' if near else 'https'}://{page}"


def fields_of(*wanted: tuple[str, str], state: str = "") -> Fields:
    """Hidden fields for (address, `EXPERIMENT:KEY` or empty) of each picture, all in one `state`."""
    pairs = tuple(pair for url, variant in wanted for pair in (("url", url), ("variant", variant)))
    return (*pairs, ("state", state)) if state else pairs


def takeable(page: str) -> bool:
    """Whether one address can be made of a page: masked parts stand for many."""
    return "*" not in page and bool(urlsplit(f"https://{page}").hostname)


@require("editor")
async def take(request: Request) -> Response:
    """POST: queue the pictures, go on to the page that follows them.

    `state`: a defined state (key); with ALL the page as it opens, and each of its states.
    """
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    form = await request.form()
    named = [str(state) for state in form.getlist("state")]
    every, state = ALL in named, next((state for state in named if state != ALL), "")
    urls = [str(url) for url in form.getlist("url")][:MOST]
    variants = [str(v) for v in form.getlist("variant")] + [""] * len(urls)
    jobs = []
    for url, text in zip(urls, variants, strict=False):
        page = canonical_page(url, site.keep_query)
        variant = "=".join(await resolve_variant(viewer, site, text) or ())
        asked = await viewer.run(wishes, viewer.definitions, site, page, WIDTHS, state, every=every)
        jobs += [viewer.jobs.submit(site, url, wish.widths, variant, wish.recipe) for wish in asked]
    goal = safe_next(str(form.get("next", "")))
    return go(viewer.urls.taking(site.id, [job.id for job in jobs[:MOST]], goal))


@require("viewer")
async def follow(request: Request) -> Response:
    """GET: the jobs as they are; the page follows them by itself."""
    viewer = viewer_of(request)
    site = await site_of(viewer, request)
    jobs = [_job(viewer.jobs.get(id), id, site) for id in str(request.path_params["jobs"]).split("-")[:MOST]]
    frame = await frame_of(request, "pages", site)
    lang, failed = frame.lang, [job for job in jobs if job.state == "failed"]
    ended = all(job.over for job in jobs)
    now = next((job for job in jobs if job.state == "failed"), None) or next((j for j in jobs if not j.over), jobs[-1])
    _ = lang.text
    heading = _("No picture") if failed else _("Picture taken") if ended else _("Taking the picture")
    page = JobPage(
        frame=frame,
        title=heading,
        heading=heading,
        url=now.url,
        state=await viewer.run(_name_of, viewer.definitions, site, now.recipe.state),
        words=_words(lang, now),
        detail=str(now.problem) if now.problem and not now.problem.fault and lang.code != "en" else "",
        failed=bool(failed),
        ended=ended,
        job_href=" ".join(viewer.urls.api("jobs", job.id) for job in jobs),
        next=safe_next(request.query_params.get("next", "")),
        take_action=viewer.urls.take(site.id),
        take_fields=_again(jobs),
    )
    return answer(request, page)


def _job(job: Job | None, id: str, site: Site) -> Job:
    if job is None or job.site.id != site.id:
        raise missing("job", id, "Jobs are forgotten when Parcours is restarted.")
    return job


def _name_of(definitions: Definitions, site: Site, key: str) -> str:
    """What people call a state."""
    return next((state.name for state in defined_states(definitions, site) if state.key == key), key) if key else ""


def _again(jobs: list[Job]) -> Fields:
    """The fields of the same wish."""
    states = {job.recipe.state for job in jobs}
    pictures = dict.fromkeys((job.url, job.variant.replace("=", ":")) for job in jobs)
    return fields_of(*pictures, state=states.pop() if len(states) == 1 else ALL)


def _words(lang: Language, job: Job) -> str:
    if job.problem:
        return words_of(lang, job.problem)
    if job.state == "queued":
        return lang.text("Waiting for its turn")
    return lang.text("Opening the page, letting it come to rest, taking it at each width")
