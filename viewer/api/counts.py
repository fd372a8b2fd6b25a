"""The counts of closed days of a site that keeps counts only."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.day_counts import SiteCounts, site_counts
from rules.question import PERIOD
from store.client import Store
from viewer.api.answer_schemas import ASKED, Answered
from viewer.api.entry import Entry, answer
from viewer.api.query_schemas import one_of
from viewer.drawing.export import table_csv
from viewer.http.downloads import TABLE_FORMATS, file_answer
from viewer.http.errors import Problem
from viewer.http.parameters import choice
from viewer.layer_images import site_file_name
from viewer.questions import Questions
from viewer.work import Work


async def show_counts(request: Request, *, questions: Questions, store: Store, work: Work) -> Response:
    form = choice(request.query_params, "format", TABLE_FORMATS, "json")
    asked = await questions.read(request, PERIOD)
    question, site = asked.checked(), asked.site
    if not site.counts_only:
        raise Problem(409, "keeps_visits", f"{site.name!r} keeps visits.", "Ask for its overview.")
    since, until = question.period.span(asked.today)
    found = await work.run(site_counts, store, int(site.id), since, until, site.least_visitors)
    if form == "csv":
        return file_answer(_csv(found), "csv", site_file_name(asked, "counts"), question.as_json(asked.today))
    return answer({"query": question.as_json(asked.today), "counts": found})


def _csv(found: SiteCounts) -> bytes:
    rows = [["day", str(one.day), one.visitors, one.views] for one in found.days]
    rows += [[what, one.name, one.visitors, one.amount] for what, values in found.tables.items() for one in values]
    return table_csv(("what", "name", "visitors", "amount"), rows)


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/counts",
        show_counts,
        "viewer",
        "The closed days of a site that keeps counts only: visitors and views of each day (null: fewer than `least`), "
        "and by page, device, channel, event and more. Visitors of a period are the sum of its days. Query: since, "
        "until, days, format=csv. 409 `keeps_visits` for other sites.",
        query=(*PERIOD.names, "format"),
        schemas={"format": one_of(*TABLE_FORMATS)},
        answers=Answered((SiteCounts,), "counts", beside=ASKED),
    ),
)
