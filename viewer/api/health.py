"""Whether a site's data arrives, and what was refused."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.traffic import site_traffic
from store.intake import SiteIntake
from store.records import Site
from viewer.api.entry import Entry, answer, iso, viewer_of
from viewer.lately import Lately, read_lately
from viewer.query import only, site_of, today


async def site_health(request: Request) -> Response:
    viewer = viewer_of(request)
    only(request.query_params, ())
    site = await site_of(viewer, request)
    await viewer.maps.drained()
    number = int(site.id)
    traffic = await viewer.run(site_traffic, viewer.store, number, today())
    intake = viewer.intake(number) if viewer.intake else None
    lately = await viewer.run(read_lately, viewer.store, number, intake.unsaved if intake else {})
    last = traffic.last_view_ms or None
    return answer(
        {
            "site": site.id,
            "receiving": bool(last),
            "last_view": iso(last),
            "views_today": int(traffic.views_today),
            "views_28_days": int(traffic.views_28),
            "daily": [int(n) for n in traffic.daily],
            **_intake(intake),
            **_lately(lately),
        }
    )


def _intake(intake: SiteIntake | None) -> dict[str, Any]:
    """Counts of this process since its start; empty where batches are received by other processes."""
    if intake is None:
        return {
            "accepted": None,
            "bots": None,
            "by_old_key": None,
            "of_tests": None,
            "from_backend": None,
            "quarantined": None,
        }
    return {
        "accepted": intake.accepted,
        "bots": intake.bots,
        "by_old_key": intake.by_old_key,
        "of_tests": intake.of_tests,
        "from_backend": intake.from_backend,
        "quarantined": intake.quarantined,
    }


def _lately(lately: Lately) -> dict[str, Any]:
    """Counts of the last 24 hours, of all collectors."""
    return {
        "skipped": {"count": lately.skipped.count, "example": lately.skipped.example},
        "refused": [
            {"reason": reason, "count": tally.count, "example": tally.example, "last": iso(tally.last_ms)}
            for reason, tally in lately.refused.items()
        ],
    }


async def healthz(request: Request) -> Response:
    """200 when the store answers; else the StoreError becomes a 503."""
    viewer = viewer_of(request)
    await viewer.run(viewer.definitions.find, Site)
    return answer({"status": "ready"})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/health",
        site_health,
        "viewer",
        "Whether visits arrive: receiving, last_view, views_today, accepted batches, batches set aside "
        "(quarantined); of the last 24 hours batches refused by reason with an example, and skipped kinds.",
    ),
)
