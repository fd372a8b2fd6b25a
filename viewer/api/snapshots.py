"""Pictures of pages: request them, follow the job, list them."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.changes import ChangedElement
from rules.question import WIDTHS
from store.notes import read_note
from store.records import Role
from store.snapshots import Snapshot
from viewer.access.guards import check_role
from viewer.access.person import signed_in
from viewer.api.entry import Entry, JsonBody, answer, body, iso
from viewer.http.errors import missing
from viewer.job import Job
from viewer.jobs import Jobs
from viewer.picture_changes import PictureChanges, PictureComparison
from viewer.picture_plans import AskedPictures, PicturePlans
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.work import Work

Width = Annotated[int, Meta(ge=WIDTHS[0], le=WIDTHS[1])]


class Wanted(Struct, forbid_unknown_fields=True):
    url: Annotated[str, Meta(min_length=1, max_length=2048)]
    widths: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=8)] = (1366, 768, 390)
    variant: str = ""  # EXPERIMENT:KEY
    state: Annotated[str, Meta(max_length=64)] = ""  # key or name of a defined state
    all_states: bool = False  # the page as it opens, and each of its states
    page: Annotated[str, Meta(max_length=2048)] = ""  # canonical page to store it under, if not that of the URL


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "page": snapshot.page,
        "width": snapshot.width,
        "height": snapshot.height,
        "viewport_height": snapshot.viewport_h,
        "variant": snapshot.variant.replace("=", ":"),
        "state": snapshot.state,
        "url": snapshot.url,
        "taken": iso(snapshot.taken),
        "title": snapshot.title,
        "warnings": [read_note(stored).words for stored in snapshot.warnings],
    }


def job_json(job: Job) -> dict[str, Any]:
    result = {"snapshots": [snapshot_json(s) for s in job.snapshots]} if job.state == "done" else None
    return {
        "job": job.id,
        "site": job.request.site.id,
        "url": job.request.url,
        "widths": list(job.request.widths),
        "of_state": job.request.recipe.state,
        "state": job.state,
        "progress": job.progress,
        "step": "" if job.over else job.at.step,
        "width": job.at.width,
        "done_widths": len(job.snapshots) if job.over else job.at.done,
        "asked": iso(job.asked * 1000),
        "result": result,
        "error": job.problem.as_json()["error"] if job.problem else None,
    }


async def take_snapshots(
    request: Request, *, plans: PicturePlans, jobs: Jobs, questions: Questions, work: Work
) -> Response:
    known, wanted = await questions.known(request), await body(request, Wanted)
    asked = AskedPictures(wanted.url, wanted.widths, wanted.variant, wanted.state, wanted.page, every=wanted.all_states)
    taken = [await work.run(jobs.submit, one) for one in await plans.requests(known, asked)]
    states = {"states": [job_json(job) for job in taken[1:]]} if wanted.all_states else {}
    return answer(job_json(taken[0]) | states, 202)


async def show_job(request: Request, *, jobs: Jobs) -> Response:
    return answer(job_json(_job(request, jobs, "viewer")))


async def cancel_job(request: Request, *, jobs: Jobs, work: Work) -> Response:
    job = _job(request, jobs, "editor")
    cancelled = await work.run(jobs.cancel, job.id)
    return answer(job_json(cancelled or job))


def _job(request: Request, jobs: Jobs, role: Role) -> Job:
    """The job, for people with `role` on its site."""
    id, who = str(request.path_params["job"]), signed_in(request)
    job = jobs.get(id)
    if not who.sites:  # the same role everywhere: no job is needed to see that it is too low
        check_role(who, role)
    if job is None or not who.sees(job.request.site.id):
        raise missing("job", id, "Jobs that ended are forgotten when Parcours restarts.")
    check_role(who.on(job.request.site.id), role)
    return job


async def list_snapshots(request: Request, *, registry: Registry, snapshots: SiteSnapshots) -> Response:
    site, page = await registry.site(request), request.query_params.get("page", "")
    found = await snapshots.history(site, page) if page else await snapshots.all(site)
    chosen = await snapshots.chosen(site)
    return answer({"snapshots": [snapshot_json(s) | {"chosen": s.id in chosen} for s in found]})


async def choose_snapshot(request: Request, *, registry: Registry, snapshots: SiteSnapshots) -> Response:
    """PUT: maps use this picture. DELETE: they use the newest again."""
    site, chosen = await registry.site(request), request.method == "PUT"
    found = await snapshots.choose(site, str(request.path_params["snapshot"]), newest=not chosen)
    return answer(snapshot_json(found) | {"chosen": chosen})


async def retake_snapshot(
    request: Request, *, plans: PicturePlans, registry: Registry, snapshots: SiteSnapshots, jobs: Jobs, work: Work
) -> Response:
    site = await registry.site(request)
    snapshot = await snapshots.get(site, str(request.path_params["snapshot"]))
    wanted, *_ = await plans.again(site, [snapshot])
    return answer(job_json(await work.run(jobs.submit, wanted)), 202)


async def compare_snapshots(request: Request, *, registry: Registry, changes: PictureChanges) -> Response:
    site, (one, other) = await registry.site(request), (str(request.path_params[n]) for n in ("snapshot", "other"))
    found = await changes.between(site, one, other)
    return answer(
        {
            "old": snapshot_json(found.old),
            "new": snapshot_json(found.new),
            "differs": found.share,
            "elements": [_change_json(change, found) for change in found.elements],
        }
    )


def _change_json(change: ChangedElement, found: PictureComparison) -> dict[str, Any]:
    layout, at = (found.before, change.old) if change.way == "removed" else (found.after, change.new)
    return {
        "change": change.way,
        "path": layout.paths[at],
        "name": layout.names[at],
        "x": float(layout.x[at]),
        "y": float(layout.y[at]),
        "w": float(layout.w[at]),
        "h": float(layout.h[at]),
        "right": change.right,
        "down": change.down,
    }


async def delete_snapshot(request: Request, *, registry: Registry, snapshots: SiteSnapshots) -> Response:
    site = await registry.site(request)
    return answer(snapshot_json(await snapshots.delete(site, str(request.path_params["snapshot"]))))


ENTRIES = (
    Entry(
        "POST",
        "/sites/{site}/snapshots",
        take_snapshots,
        "editor",
        "Take pictures of a page: url (an address, host/path or /path); optional widths, variant (EXPERIMENT:KEY), "
        "state, all_states, page (to file it under). Answers 202 with the job (all_states: those of its states in "
        "`states`).",
        body=JsonBody(Wanted),
        statuses=(202,),
    ),
    Entry(
        "GET",
        "/jobs/{job}",
        show_job,
        "viewer",
        "A job: state (queued, running, done, failed, cancelled), step, width, done_widths, progress in words, result "
        "or error.",
    ),
    Entry(
        "DELETE",
        "/jobs/{job}",
        cancel_job,
        "viewer",
        "Cancel a job (editors). Answers with the job, whose state follows.",
    ),
    Entry(
        "GET",
        "/sites/{site}/snapshots",
        list_snapshots,
        "viewer",
        "The chosen or else newest picture of each page, width, variant and state; with `page` every picture of that "
        "page.",
        query=("page",),
    ),
    Entry(
        "PUT",
        "/sites/{site}/snapshots/{snapshot}/chosen",
        choose_snapshot,
        "editor",
        "Let maps use this picture of its page, width, variant and state. Answers with it.",
    ),
    Entry(
        "DELETE",
        "/sites/{site}/snapshots/{snapshot}/chosen",
        choose_snapshot,
        "editor",
        "Let maps use the newest picture of this page, width, variant and state again. Answers with this one.",
    ),
    Entry(
        "POST",
        "/sites/{site}/snapshots/{snapshot}/retake",
        retake_snapshot,
        "editor",
        "Take this picture again, with the same address, width, variant and state. Answers 202 with the job.",
        statuses=(202,),
    ),
    Entry(
        "GET",
        "/sites/{site}/snapshots/{snapshot}/compare/{other}",
        compare_snapshots,
        "viewer",
        "What changed between two pictures of the same page, width, variant and state: the share of the area that "
        "differs, and the elements that were added, removed or moved.",
    ),
    Entry(
        "DELETE",
        "/sites/{site}/snapshots/{snapshot}",
        delete_snapshot,
        "editor",
        "Delete a picture. Answers with what it was; maps then use the newest of the others.",
    ),
)
