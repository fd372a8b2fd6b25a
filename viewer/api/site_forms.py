"""The forms of a site, or of one page field by field."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rules.question import FORMS
from store.pages import page_path
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.api.query_schemas import one_of
from viewer.drawing import export
from viewer.http.downloads import TABLE_FORMATS, file_answer
from viewer.http.parameters import choice
from viewer.layer_images import site_file_name
from viewer.overviews import Overviews
from viewer.questions import Questions


async def show_forms(request: Request, *, questions: Questions, overviews: Overviews) -> Response:
    asked = await questions.read(request, FORMS)
    question = asked.checked()
    as_file = choice(request.query_params, "format", TABLE_FORMATS, "json") == "csv"
    query = question.as_json(asked.today)
    if question.page:
        form = (await overviews.form(question, asked.known)).figures
        if as_file:
            name = site_file_name(asked, "fields", page_path(question.page))
            return file_answer(export.fields_csv(form), "csv", name, query)
        return answer({"query": query, **plain(form)})
    forms = await overviews.forms(question)
    if as_file:
        return file_answer(export.forms_csv(forms), "csv", site_file_name(asked, "forms"), query)
    return answer({"query": query, "forms": plain(forms)})


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/forms",
        show_forms,
        "viewer",
        "The pages with forms: visitors, who began, submitted, left, completion. With page: each field's time, "
        "corrections, left blank, and the last field before leaving. Query: page, width, since, until, days, device, "
        "filters, segment. format=csv: the table as a file.",
        query=(*FORMS.names, "format"),
        schemas={"format": one_of(*TABLE_FORMATS)},
    ),
)
