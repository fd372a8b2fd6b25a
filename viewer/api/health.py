"""Whether a site's data is arriving, and what was refused."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from store.intake import SiteIntake
from viewer.api.entry import Entry, answer, iso
from viewer.health import Health
from viewer.maps import Maps
from viewer.recent import Recent
from viewer.registry import Registry


async def site_health(request: Request, *, registry: Registry, maps: Maps, health: Health) -> Response:
    site = await registry.site(request)
    await maps.drained()
    found = await health.of(site)
    traffic = found.traffic
    last = traffic.last_view_ms or None
    return answer(
        {
            "site": site.id,
            "timezone": site.zone.name,
            "receiving": bool(last),
            "last_view": iso(last),
            "views_today": int(traffic.views_today),
            "views_28_days": int(traffic.views_28),
            "daily": [int(n) for n in traffic.daily],
            "tracker_errors": traffic.tracker_errors,
            "untrusted_proxies": [
                {"address": proxy.address, "setting": proxy.setting} for proxy in found.untrusted_proxies
            ],
            **_intake(found.intake),
            **_recent(found.recent),
        }
    )


def _intake(intake: SiteIntake | None) -> dict[str, Any]:
    """Counts of this process since it started; empty if other processes receive the batches."""
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


def _recent(recent: Recent) -> dict[str, Any]:
    """Counts of the last 24 hours, from all collectors."""
    return {
        "skipped": {"count": recent.skipped.count, "example": recent.skipped.example},
        "refused": [
            {"reason": reason, "count": tally.count, "example": tally.example, "last": iso(tally.last_ms)}
            for reason, tally in recent.refused.items()
        ],
    }


async def healthz(request: Request, *, registry: Registry) -> Response:
    """200 if the store answers; otherwise the StoreError becomes a 503."""
    await registry.sites()
    return answer({"status": "ready"})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/health",
        site_health,
        "viewer",
        "Whether visits arrive: receiving, last_view, views_today, accepted batches, batches set aside "
        "(quarantined); of the last 24 hours batches refused by reason with an example, and skipped kinds; "
        "proxies that name visitors' addresses but are not trusted, with the setting to change (untrusted_proxies).",
    ),
)
