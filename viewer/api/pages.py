"""Pages of a site with their traffic."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.queries.conditions import MOST_NAMED
from aggregator.shapes.traffic import PageOrder, PagePart
from rules.question import SITE, Asks
from store.pages import page_path
from viewer.api.entry import Entry, answer
from viewer.api.query_schemas import one_of, whole
from viewer.http.parameters import choice, number
from viewer.maps import Maps, site_scope_of
from viewer.questions import Questions
from viewer.traffic import TrafficReader

PAGES = Asks(("page", *SITE.names))
ORDERS: tuple[PageOrder, ...] = ("visitors", "rising", "name")
MOST_PAGES = MOST_NAMED  # in one answer
MOST_SKIPPED = 100_000_000


async def list_pages(request: Request, *, questions: Questions, maps: Maps, traffic: TrafficReader) -> Response:
    query = request.query_params
    part = PagePart(
        search=query.get("search", "").strip(),
        most=number(query, "limit", 1, MOST_PAGES) or MOST_PAGES,
        skipped=number(query, "offset", 0, MOST_SKIPPED) or 0,
        order=choice(query, "sort", ORDERS, ORDERS[0]),
    )
    asked = await questions.read(request, PAGES)
    since, until = asked.checked().period.span(asked.today)
    part = replace(
        part,
        within=asked.question.patterns if asked.question.page else (),
        in_none_of=tuple(group.patterns for group in asked.known.groups) if number(query, "ungrouped", 0, 1) else (),
    )
    await maps.drained()
    found = await traffic.part(site_scope_of(asked.question), part)
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
        for row in found.rows
    ]
    return answer(
        {
            "since": since,
            "until": until,
            "timezone": asked.question.zone.name,
            "total": found.total,
            "limit": part.most,
            "offset": part.skipped,
            "pages": pages,
        }
    )


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/pages",
        list_pages,
        "viewer",
        "Pages with visitors, views, clicks, frustrated share, views a day, devices, most visitors first. Query: "
        "since, until, days, device, filters, segment, page (those of a page group or pattern), ungrouped (1: those "
        "of no group), search (a part of the address), sort (visitors, rising, name), limit (1 to 500), offset. "
        "total counts all found.",
        query=(*PAGES.names, "ungrouped", "search", "sort", "limit", "offset"),
        schemas={
            "limit": whole(1, MOST_PAGES),
            "offset": whole(0, MOST_SKIPPED),
            "sort": one_of(*ORDERS),
            "ungrouped": whole(0, 1),
        },
    ),
)
