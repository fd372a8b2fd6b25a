"""The events of a site by name, and who sent one of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.events import EventDetail, EventFigures
from aggregator.shapes.overview import SPLITS
from rules.question import SITE
from viewer.api.answer_schemas import ASKED, Answered
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import one_of
from viewer.drawing import export
from viewer.http.downloads import TABLE_FORMATS, file_answer
from viewer.http.parameters import choice
from viewer.layer_images import site_file_name
from viewer.overviews import Overviews
from viewer.questions import Questions


async def show_events(request: Request, *, questions: Questions, overviews: Overviews) -> Response:
    query = request.query_params
    name, by = query.get("event", ""), choice(query, "by", SPLITS, "channel")
    asked = await questions.read(request, SITE)
    question = asked.checked()
    form = choice(query, "format", TABLE_FORMATS, "json")
    found = await overviews.event(question, name, by) if name else await overviews.events(question)
    if form == "csv":
        content = export.events_csv(found) if isinstance(found, EventFigures) else export.senders_csv(found)
        return file_answer(content, "csv", site_file_name(asked, "events", name), question.as_json(asked.today))
    return answer({"query": question.as_json(asked.today), **plain(found)})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/events",
        show_events,
        "viewer",
        "The events of a site by name: times, visitors, share, values, days, pages, and as many days just before. "
        "Query: since, until, days, device, filters, segment. With event: who sent these events, by channel or another "
        "split (by), and on which pages. format=csv: the table as a file.",
        query=(*SITE.names, "event", "by", "format"),
        schemas={"by": one_of(*SPLITS), "format": one_of(*TABLE_FORMATS)},
        answers=Answered((EventFigures, EventDetail), beside=ASKED),
    ),
)
