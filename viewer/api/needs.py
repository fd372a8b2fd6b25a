"""What needs attention first: the elements of a site that frustrate most visitors."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules.question import SITE
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.overviews import Overviews
from viewer.questions import Questions


async def show_needs(request: Request, *, questions: Questions, overviews: Overviews) -> Response:
    asked = await questions.read(request, SITE)
    question = asked.checked()
    found = await overviews.troubles(question)
    return answer({"query": question.as_json(asked.today), "elements": plain(found)})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/needs",
        show_needs,
        "viewer",
        "The elements with dead clicks, bursts of clicks or errors after a click, those that hurt most visitors first. "
        "Query: since, until, days, device, filters, segment.",
        query=SITE.names,
    ),
)
