"""Takes pictures of a page's history again, each at its own width."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from viewer.http.errors import missing
from viewer.http.urls import Urls
from viewer.jobs import Jobs
from viewer.pages.frame.frames import go
from viewer.pages.pictures.page import MOST
from viewer.picture_plans import PicturePlans
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.work import Work

MOST_PICTURES = 40  # per form


async def retake(
    request: Request,
    *,
    registry: Registry,
    plans: PicturePlans,
    snapshots: SiteSnapshots,
    urls: Urls,
    jobs: Jobs,
    work: Work,
) -> Response:
    """POST: queue the pictures that `picture` (ids) names, and redirect to the page that shows their progress."""
    site = await registry.site(request)
    ids = [str(id) for id in (await request.form()).getlist("picture")][:MOST_PICTURES]
    found = [await snapshots.get(site, id) for id in ids]
    if not found:
        raise missing("picture", "")
    wanted = await plans.again(site, found)
    asked = [await work.run(jobs.submit, one) for one in wanted]
    history = urls.picture_history(site.id, page=found[0].page)
    return go(urls.taking(site.id, [job.id for job in asked[:MOST]], history))
