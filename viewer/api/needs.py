"""What needs attention first: the elements of a site that frustrate most visitors."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from aggregator.measures.shares import share_of
from rules.question import SITE
from store.segments import Rule
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.element_names import ElementNames
from viewer.overviews import Overviews
from viewer.questions import Questions


async def show_needs(request: Request, *, questions: Questions, overviews: Overviews, names: ElementNames) -> Response:
    asked = await questions.read(request, SITE)
    question = asked.checked()
    found = await overviews.troubles(question)
    since = await overviews.troubles_since(question, found)
    rows = [(f"{one.key:016x}", one) for one in found]
    named = await names.of(asked.known, (Rule(what="clicked", page=one.page, element=key) for key, one in rows))
    elements = [
        plain(one)
        | {"name": named.get(key, ""), "trouble": one.worst_kind, "since": plain(since.get((one.page, one.key)))}
        | {f"{what}_share": plain(share_of(getattr(one, what), one.clickers)) for what in ("dead", "rage", "failed")}
        for key, one in rows
    ]
    return answer({"query": question.as_json(asked.today), "elements": elements})


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
