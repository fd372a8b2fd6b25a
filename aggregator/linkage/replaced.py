"""Refuses pairs where another element took the place of the recorded one.

A cell of a new grid contains what the old one contained: words of the subtree, descendants and neighbours agree, and
say nothing about the cell itself. Where the page's classes survived but those of the two differ, the element's own
properties (tag, id, name, role, link, own words) must outweigh the difference; otherwise it was replaced, and no match
is better than the new element.
"""

from __future__ import annotations

import numpy as np

from aggregator.linkage.choice import ElementChoice
from aggregator.linkage.evidence import Evidence, Keep

CONTRADICTS = -1.0  # nats of the classes alone


def without_replaced(choice: ElementChoice, evidence: Evidence, keep: Keep) -> ElementChoice:
    """The choice without pairs whose classes contradict it by more than their own properties support it."""
    i = np.flatnonzero(choice.element >= 0)
    classes, others = evidence.own(keep, i, choice.element[i].astype(np.int64))
    replaced = i[(classes < CONTRADICTS) & (classes + others < 0)]
    element, score = choice.element.copy(), choice.score.copy()
    element[replaced], score[replaced] = -1, np.nan
    return ElementChoice(element, score)
