"""What took the place of an element is not that element.

A cell of a new grid holds what the old one held: words of the subtree, descendants and neighbours agree, and say
nothing of who is around them. Where the page's classes survived and those of the two differ, the element's own marks
(tag, id, name, role, link, own words) must outweigh it; else it was replaced, and nothing is better than the new one.
"""

from __future__ import annotations

import numpy as np

from aggregator.linkage.choice import ElementChoice
from aggregator.linkage.evidence import Evidence, Keep

CONTRADICTS = -1.0  # nats of the classes alone


def without_replaced(choice: ElementChoice, evidence: Evidence, keep: Keep) -> ElementChoice:
    """The choice without the pairs of which the classes contradict, and with them all own marks together."""
    i = np.flatnonzero(choice.element >= 0)
    classes, others = evidence.own(keep, i, choice.element[i].astype(np.int64))
    replaced = i[(classes < CONTRADICTS) & (classes + others < 0)]
    element, score = choice.element.copy(), choice.score.copy()
    element[replaced], score[replaced] = -1, np.nan
    return ElementChoice(element, score)
