"""Learns which properties survived on this page, from the certain pairs."""

from __future__ import annotations

import numpy as np

from aggregator.linkage.evidence import MEASURED, Keep
from aggregator.linkage.nodes import UNKNOWN, Nodes
from aggregator.shapes.columns import Int32

PRIOR_PAIRS = 8  # weight of the measured shares, in pairs
LEAST_SURE = 5  # below, nothing is learned
_HIGHEST = 0.985  # keeps the loss of a change bounded


def learn(nodes: Nodes, elements: Nodes, element: Int32) -> Keep:
    """Shares of survival, shrunk to the measured ones; `element` i32[N]: the certain pairs, -1 for none."""
    which = np.flatnonzero((element >= 0) & (nodes.values > UNKNOWN).any(axis=1))
    if len(which) < LEAST_SURE:
        return MEASURED
    ours, theirs = nodes.values[which], elements.values[element[which]]
    both = (ours >= 0) & (theirs >= 0)
    asked = both | ((ours >= 0) ^ (theirs >= 0)) & (ours > UNKNOWN) & (theirs > UNKNOWN)
    stayed = both & (ours == theirs)
    fields = (stayed.sum(axis=0) + PRIOR_PAIRS * MEASURED.fields) / (asked.sum(axis=0) + PRIOR_PAIRS)
    fields = np.clip(fields, 0.02, _HIGHEST)
    alike = [
        len(a & b) / len(a | b)
        for a, b in ((nodes.classes[i], elements.classes[element[i]]) for i in which)
        if a is not None and b is not None and a | b
    ]
    classes = (sum(alike) + PRIOR_PAIRS * MEASURED.classes) / (len(alike) + PRIOR_PAIRS)
    return Keep(fields, float(np.clip(classes, 0.02, _HIGHEST)))
