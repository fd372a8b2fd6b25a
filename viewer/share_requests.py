"""What somebody wants to share: checked against what the site has, for the page and the API."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.pictures.newest import NoSnapshot
from rules.find import usable
from rules.question import COMPARED, MAP, Asks, Question
from rules.resolve import Known
from rules.share import SharedThing
from store.reports import Report
from store.shares import SharedKind
from viewer.http.errors import bad_parameter
from viewer.questions import Questions
from viewer.registry import Registry

ASKS: dict[SharedKind, Asks] = {"map": MAP, "comparison": COMPARED}
LOOK = ("of", "by", "measure")  # parameters that change what is drawn, and no figure


async def shared_thing(
    questions: Questions, registry: Registry, known: Known, kind: object, query: Mapping[str, str], target: str = ""
) -> SharedThing:
    """What a link is to show. `target`: the id of a report. Problem for faults of the question or another kind;
    NoSnapshot without a picture, NotFound without such an experiment or report."""
    if kind == "report":
        report = usable(await registry.find(Report, target, known.site))
        return SharedThing("report", Question(int(known.site.id), zone=known.site.zone), target=report.id)
    found = next((one for one in ASKS if one == kind), None)
    if found is None:
        raise bad_parameter("kind", f"{str(kind)[:40]!r} cannot be shared.", ", ".join((*ASKS, "report")))
    asked = await questions.resolve(known, query, ASKS[found])
    question = asked.checked()
    if found == "comparison":
        if question.experiment:
            await registry.experiment(known.site, question.experiment)
        else:
            asked.sets()
    if not any(question.covers(one.page) for one in known.snapshots):
        raise NoSnapshot(f"There is no picture of {question.page}.")
    look = tuple((name, query[name]) for name in LOOK if query.get(name))
    return SharedThing(found, question, look=look)
