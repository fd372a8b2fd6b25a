"""Where the answers that name an element are on a picture: on that element, placed as clicks are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.pictures.newest import IndexedSnapshot
from aggregator.pictures.twins import read_twins
from aggregator.placing.ladder import record_places
from aggregator.placing.remark_places import PlacedNote, placed_mark
from aggregator.queries.pages import resolve_pages
from aggregator.queries.pinned_answers import AnswerOnElement, read_answers_on_elements
from aggregator.queries.records import read_named_records
from aggregator.shapes.scope import Scope
from store.client import Store


@dataclass(frozen=True)
class PinnedAnswer:
    """An answer and its place on a picture."""

    answer: AnswerOnElement
    place: PlacedNote


def pinned_answers(store: Store, scope: Scope, picture: IndexedSnapshot) -> tuple[PinnedAnswer, ...]:
    """The answers of the visitors of a scope that name an element of its pages, the newest first."""
    pages = resolve_pages(store, scope.site, scope.pages)
    answers = read_answers_on_elements(store, scope, pages)
    if not answers:
        return ()
    ids = np.array([one.record for one in answers], np.uint64)
    records = read_named_records(store, scope, pages, np.unique(ids))
    places = record_places(records, picture.index, read_twins(store, picture.snapshot))
    made = []
    for answer, at in zip(answers, records.locate(ids).tolist(), strict=True):
        element, rung = (int(places.element[at]), int(places.rung[at])) if at >= 0 else (-1, 0)
        place = placed_mark(picture.index, element, rung, (answer.x, answer.y), (answer.page_x, answer.page_y))
        made.append(PinnedAnswer(answer, place))
    return tuple(made)
