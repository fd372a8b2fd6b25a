"""The forms of a site, or of one page field by field."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules.question import FORMS
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.overviews import Overviews
from viewer.questions import Questions


async def show_forms(request: Request, *, questions: Questions, overviews: Overviews) -> Response:
    asked = await questions.read(request, FORMS)
    question = asked.checked()
    query = {"query": question.as_json(asked.today)}
    if question.page:
        return answer(query | plain((await overviews.form(question, asked.known)).figures))
    return answer(query | {"forms": plain(await overviews.forms(question))})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/forms",
        show_forms,
        "viewer",
        "The pages with forms: visitors, who began, submitted, left, completion. With page: each field's time, "
        "corrections, left blank, and the last field before leaving. Query: page, width, since, until, days, device, "
        "filters, segment.",
        query=FORMS.names,
    ),
)
