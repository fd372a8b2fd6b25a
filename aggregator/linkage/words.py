"""How many of the recorded words are still on the page, whichever element has them: needs no matching."""

from __future__ import annotations

from aggregator.linkage.nodes import UNKNOWN, Nodes
from aggregator.shapes.fingerprints import ALL, TEXT


def words_survived(nodes: Nodes, elements: Nodes) -> float:
    """Share of the distinct words of the nodes that some element has, plus one in both counts.

    Both fingerprints of words are compared, so that one value in 2²⁴ agrees by chance. Translated pages: 0.02…0.20
    (numbers and names stay); all other edits of the bench: 0.33 and more. Nodes whose words are unknown count as lost.
    """
    recorded, present = _words(nodes), _words(elements)
    unknown = int(((nodes.values[:, ALL] == UNKNOWN) & (nodes.values > UNKNOWN).any(axis=1)).sum())
    return (len(recorded & present) + 1) / (len(recorded) + unknown + 1)


def _words(nodes: Nodes) -> set[tuple[int, ...]]:
    return {(text, words) for text, words in nodes.values[:, [TEXT, ALL]].tolist() if text >= 0}
