"""What somebody wants to share: checked against what the site has, for the page and the API."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.pictures.newest import NoSnapshot
from rules.question import MAP, Asks
from rules.resolve import Known
from rules.share import SharedThing
from store.shares import SharedKind
from viewer.http.errors import bad_parameter
from viewer.questions import Questions

ASKS: dict[SharedKind, Asks] = {"map": MAP}
LOOK = ("of", "by", "measure")  # parameters that change what is drawn, and no figure


async def shared_thing(questions: Questions, known: Known, kind: object, query: Mapping[str, str]) -> SharedThing:
    """What a link is to show. Problem for faults of the question or another kind; NoSnapshot without a picture."""
    found = next((one for one in ASKS if one == kind), None)
    if found is None:
        raise bad_parameter("kind", f"{str(kind)[:40]!r} cannot be shared.", ", ".join(ASKS))
    asked = await questions.resolve(known, query, ASKS[found])
    question = asked.checked()
    if not any(question.covers(one.page) for one in known.snapshots):
        raise NoSnapshot(f"There is no picture of {question.page}.")
    look = tuple((name, query[name]) for name in LOOK if query.get(name))
    return SharedThing(found, question, look=look)
