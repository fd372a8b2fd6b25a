"""Record linkage of elements, all steps together (docs/aggregator.md, "Finding an element again")."""

from __future__ import annotations

import numpy as np

from aggregator.linkage.choice import ElementChoice, choose
from aggregator.linkage.context import TreeContext, posterior
from aggregator.linkage.evidence import MEASURED, Evidence
from aggregator.linkage.learning import learn
from aggregator.linkage.nodes import Nodes, layout_nodes, record_nodes, without_lost_cards
from aggregator.linkage.order import SiblingOrder
from aggregator.linkage.positions import trust_in_places
from aggregator.linkage.replaced import without_replaced
from aggregator.linkage.siblings import family_places
from aggregator.shapes.columns import Float32, Int32
from aggregator.shapes.records import Records
from store.layouts import Layout

ROUNDS = 3  # of context and learning, before indices count
ORDER_ROUNDS = 3  # with the order of siblings
PLACE_ROUNDS = 2  # with indices
LIKELY = (1.0, 0.0)  # threshold and lead of pairs to learn from: the most certain alone would be those without changes
SURE = 6.5  # nats ahead, from which an element counts as taken
TAKEN = 4.0  # nats by which a taken element is less likely for all other nodes
ORDERED = 4.0  # nats ahead for an element that the order of equal siblings decides


def match_records(records: Records, layout: Layout) -> ElementChoice:
    """For each of R records of one version of a page, its element of the layout (hidden ones too), or -1."""
    elements = layout_nodes(layout)
    nodes, node = record_nodes(records, elements)
    found = match_nodes(nodes, elements)
    return ElementChoice(found.element[node], found.score[node])


def match_layouts(a: Layout, b: Layout) -> ElementChoice:
    """For each element of `a`, its element of `b`, or -1."""
    return match_nodes(layout_nodes(a), layout_nodes(b))


def match_nodes(nodes: Nodes, elements: Nodes) -> ElementChoice:
    """One-to-one, except that nodes with the same path stand for one element."""
    if not len(nodes) or not len(elements):
        return ElementChoice(np.full(len(nodes), -1, np.int32), np.full(len(nodes), np.nan, np.float32))
    nodes = without_lost_cards(nodes, elements)
    same = np.unique(nodes.paths, return_inverse=True)[1].astype(np.int32)
    ours, theirs = family_places(nodes), family_places(elements)
    evidence = Evidence(nodes, elements)
    context = TreeContext(nodes, elements, ours, theirs)
    order = SiblingOrder(nodes, elements, ours, theirs)
    keep = MEASURED
    base = score = evidence.nats(keep)
    around = evidence.surroundings(keep)
    for _ in range(ROUNDS):
        learned = learn(nodes, elements, choose(score, 1, *LIKELY, same).element)
        if learned is not keep:
            keep = learned
            base, around = evidence.nats(keep), evidence.surroundings(keep)
        score = context.round(base, around)
    trust, aligned = None, np.empty(0, np.int64)
    for n in range(ORDER_ROUNDS + PLACE_ROUNDS):
        sure = choose(score, same=same).element
        if n == ORDER_ROUNDS:  # only once: decisions by place must not confirm places
            trust = trust_in_places(nodes, elements, ours, theirs, sure, order.of_lists(sure))
        in_order = base.copy()
        if trust is not None:
            _take_out(in_order, choose(score, 1, lead=SURE, same=same).element)
        sure[aligned] = -1  # earlier decisions by order are made again
        pairs = order.align(score, posterior(score), sure)
        for pair in pairs:
            in_order[pair.node, pair.element] += ORDERED + score[pair.node].max() - score[pair.node, pair.element]
        aligned = np.array([pair.node for pair in pairs], np.int64)
        score = context.round(in_order, around, trust)
    return without_replaced(choose(score, same=same), evidence, keep)


def _take_out(score: Float32, element: Int32) -> None:
    """Make chosen elements less likely, in place, for all nodes but their own: an element is given away once."""
    nodes = np.flatnonzero(element >= 0)
    score[:, np.unique(element[nodes])] -= TAKEN
    score[nodes, element[nodes]] += TAKEN
