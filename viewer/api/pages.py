"""Pages of a site with their traffic."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules.question import PERIOD
from store.pages import page_path
from viewer.api.entry import Entry, answer
from viewer.maps import Maps
from viewer.questions import Questions
from viewer.traffic import TrafficReader


async def list_pages(request: Request, *, questions: Questions, maps: Maps, traffic: TrafficReader) -> Response:
    asked = await questions.read(request, PERIOD)
    since, until = asked.checked().period.span(asked.today)
    await maps.drained()
    rows = await traffic.of_pages(asked.site, since, until)
    pages = [
        {
            "page": row.page,
            "path": page_path(row.page),
            "visitors": int(row.visitors),
            "views": int(row.views),
            "clicks": int(row.clicks),
            "frustrated_share": float(row.frustrated_share),
            "daily": [int(n) for n in row.daily],
            "devices": {device: float(share) for device, share in row.devices.items()},
        }
        for row in rows
    ]
    return answer({"since": since, "until": until, "timezone": asked.question.zone.name, "pages": pages})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/pages",
        list_pages,
        "viewer",
        "Pages with visitors, views, clicks, frustrated share, views a day, devices. Query: since, until, days.",
        query=PERIOD.names,
    ),
)
