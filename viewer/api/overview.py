"""The overview of a site."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.overview import BOUNCE, OverviewFigures
from aggregator.shapes.overview import SPLITS, ListedValues
from rules.question import SITE
from viewer.api.answer_schemas import ASKED, Answered
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import one_of, whole
from viewer.drawing import export
from viewer.http.downloads import TABLE_FORMATS, file_answer
from viewer.http.parameters import choice, number
from viewer.layer_images import site_file_name
from viewer.overviews import Overviews, wanted_of
from viewer.questions import Questions

MOST_ROWS = 500  # of a table


async def show_overview(request: Request, *, questions: Questions, overviews: Overviews) -> Response:
    query = request.query_params
    listing = ListedValues(
        most=number(query, "limit", 1, MOST_ROWS) or ListedValues.most,
        whole=choice(query, "whole", ("", *SPLITS), ""),
        whole_most=MOST_ROWS,
    )
    asked = await questions.read(request, SITE)
    measure = choice(query, "measure", ("", BOUNCE), "")
    wanted = wanted_of(asked.known, asked.checked(), listing, measure)
    found = await overviews.of(asked.question, wanted, fresh=True)
    if choice(query, "format", TABLE_FORMATS, "json") == "csv":
        name = site_file_name(asked, "overview")
        return file_answer(export.overview_csv(found), "csv", name, asked.question.as_json(asked.today))
    return answer({"query": asked.question.as_json(asked.today), **plain(found)})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/overview",
        show_overview,
        "viewer",
        "Visitors, visits, views, bounce, engaged time and goals of a site, each against as many days just before; by "
        "day, and by channel, source, page and more. Query: since, until, days, device, filters, segment, goal (whose "
        "shares the tables have), measure=bounce, limit (rows of each table), whole (a table that is listed in full), "
        "format=csv (all tables in one file).",
        query=(*SITE.names, "limit", "whole", "measure", "format"),
        schemas={
            "whole": one_of(*SPLITS),
            "measure": one_of(BOUNCE),
            "limit": whole(1, MOST_ROWS),
            "format": one_of(*TABLE_FORMATS),
        },
        answers=Answered((OverviewFigures,), beside=ASKED),
    ),
)
