"""Equal siblings are told apart by their order, where the page kept it.

Nine cards with the same words cannot be told apart one by one, but nine records of one family fit the nine children of
the matched parent in only one way without crossing. The best monotone alignment (Needleman & Wunsch 1970) decides where
it is clearly better than the best one without the pair; with ten equal children for nine records it is not. On a page
whose words have all changed (a translation), a list that was sorted again looks like one that was not: there, order
decides only if many families show that they kept it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from aggregator.linkage.evidence import family_of
from aggregator.linkage.nodes import Nodes, steps
from aggregator.linkage.positions import ListEvidence
from aggregator.linkage.siblings import REPEATED, FamilyPlaces
from aggregator.linkage.words import words_survived
from aggregator.shapes.columns import Float32, Float64, Int32

PRIOR_LISTS = 0.3  # weight of lists in order, before any is seen
KEPT = 0.9  # share of families in order, below which order decides nothing
WORDS = 0.3  # share of the words still on the page, below which a list that was sorted again would not show it
PRIOR_FAMILIES = 4.0
THERE = 4.0  # nats for a sibling that is still there: ln(0.98 / 0.02); also for one that nobody touched
SURE_PARENT = 0.9
PARENT = 0.15  # least probability of a parent's match: with a wrapper around it there are two candidates
LEAD = 4.5  # nats: more than a single free place gives
GONE = 2.0  # nats below one in M, where an element is more likely gone than in its place
SURE = 50.0  # nats of a pair that was chosen already: the alignment goes through it
DEEPEST = 3  # levels that may have been inserted between a list and its items
MOST_CELLS = 1_000_000  # of one alignment; a larger one is skipped


@dataclass(frozen=True)
class Aligned:
    node: int
    element: int
    lead: float  # nats


class SiblingOrder:
    """Families of nodes and of elements, each by index."""

    def __init__(self, nodes: Nodes, elements: Nodes, ours: FamilyPlaces, theirs: FamilyPlaces) -> None:
        self.nodes, self.elements = nodes, elements
        self.ours, self.theirs = ours, theirs
        self.shows = words_survived(nodes, elements) >= WORDS
        self._first: bool | None = None
        families: dict[int, list[int]] = defaultdict(list)
        for i in np.flatnonzero(ours.family >= 0).tolist():
            families[int(ours.family[i])].append(i)
        self.families = [
            np.array(sorted(family, key=lambda i: ours.index[i]), np.int64) for family in families.values()
        ]
        self.families.sort(key=lambda family: len(steps(nodes.paths[family[0]])))
        self.children: dict[tuple[int, int], list[int]] = defaultdict(list)
        for j, (parent, tag) in enumerate(zip(elements.parent.tolist(), elements.tags, strict=True)):
            self.children[parent, family_of(tag)].append(j)
        self.end = np.arange(1, len(elements) + 1)  # where the subtree of each ends: elements are in document order
        for j in range(len(elements) - 1, -1, -1):
            if (above := elements.parent[j]) >= 0:
                self.end[above] = max(self.end[above], self.end[j])
        self.kinds = [family_of(tag) for tag in elements.tags]
        self.inside: dict[int, list[int]] = defaultdict(list)
        for j, parent in enumerate(elements.parent.tolist()):
            self.inside[parent].append(j)

    def _is_list(self, family: np.ndarray, at: Int32) -> bool:
        """Whether the family has three or more siblings with one tag, for the visitor or in the layout."""
        now = at[at >= 0]
        return bool(self.ours.size[family[0]] >= REPEATED or (self.theirs.size[now] >= REPEATED).any())

    def _kept(self, element: Int32, lists: bool | None = None) -> tuple[int, int]:
        """Families with two or more certain members in one parent: (those that are in order, all of them). `lists`:
        only lists, or only others: sections and columns stay in order where lists were sorted."""
        kept = n = 0
        for family in self.families:
            at = element[family]
            if lists is not None and self._is_list(family, at) != lists:
                continue
            at = at[at >= 0]
            together = self.elements.parent[at[1:]] == self.elements.parent[at[:-1]]
            if together.any():
                n += 1
                kept += bool((np.diff(at)[together] > 0).all())
        return kept, n

    def kept(self, element: Int32, lists: bool | None = None) -> bool:
        """Whether families kept their order, as far as they show it; in doubt, yes."""
        kept, n = self._kept(element, lists)
        return (kept + PRIOR_FAMILIES) / (n + PRIOR_FAMILIES) >= KEPT

    def shown(self, element: Int32) -> Int32:
        """`element` i32[N], completed with the elements around those of certain nodes: an item of a list is where what
        it contains was found."""
        found = element.copy()
        for node in np.flatnonzero(element >= 0).tolist():
            at = int(element[node])
            while (node := int(self.nodes.parent[node])) >= 0 and found[node] < 0:
                at = int(self.elements.parent[at])
                if at < 0 or self.kinds[at] != family_of(self.nodes.tags[node]):
                    break
                found[node] = at
        return found

    def believed(self, element: Int32, lists: bool) -> bool:
        """Whether order may decide about lists, or about other families. Where a list that was sorted again would not
        show it: in doubt, no, and judged only by the first `element`, before order and places have had an influence."""
        if self.shows:
            return self.kept(element, lists)
        if self._first is None:
            kept, n = self._kept(element)
            self._first = kept / (n + 1) >= KEPT
        return self._first

    def of_lists(self, element: Int32) -> ListEvidence:
        """What is known of the lists of the page."""
        shown = self.shown(element)
        kept, n = self._kept(shown, lists=True)
        may_be_sorted = not self.shows and not self.kept(element)
        return ListEvidence(shown, 0.0 if may_be_sorted else (kept + PRIOR_LISTS) / (n + PRIOR_LISTS))

    def align(self, score: Float32, p: Float32, element: Int32) -> list[Aligned]:
        """What order decides about the nodes without an `element`."""
        shown = self.shown(element)
        believed = {lists: self.believed(shown, lists) for lists in (False, True)}
        taken = np.zeros(len(self.elements), bool)
        taken[element[element >= 0]] = True
        found: list[Aligned] = []
        decided: dict[int, int] = {}
        for family in self.families:
            at = element[family]
            if (at >= 0).all() or not believed[self._is_list(family, shown[family])]:
                continue
            above, kind = int(self.nodes.parent[family[0]]), family_of(self.nodes.tags[family[0]])
            partner = decided[above] if above in decided else self._partner(p[above], kind)
            there = self._items(partner, kind, score[family]) if partner >= 0 else np.empty(0, np.int64)
            if _is_sorted(shown[family], there):
                continue
            pairs = self._family(family, at, there, taken, score, partner)
            decided |= {pair.node: pair.element for pair in pairs}
            found += pairs
        return found

    def _partner(self, p: Float32, kind: int) -> int:
        """The element that the parent is, -1 if that is undecided. If a wrapper was put around it there are two: then
        the one that has the children."""
        likely = np.flatnonzero(p >= PARENT)
        if not len(likely) or float(p[likely].sum()) < SURE_PARENT:
            return -1
        if len(likely) > 1 and not (len(likely) == 2 and self.elements.parent[likely[1]] == likely[0]):
            return int(p.argmax()) if p.max() >= SURE_PARENT else -1
        return int(max(likely, key=lambda q: (len(self.children.get((int(q), kind), [])), p[q])))

    def _items(self, partner: int, kind: int, mine: Float32) -> np.ndarray:
        """What may be the items of a list now, in document order: the children of its match, or elements in wrappers
        inside it, where more of the records `mine` f32[F, M] fit."""
        fit = np.maximum(mine.max(axis=0) - np.log(len(self.elements)), 0)

        def together(level: list[int]) -> float:
            return float(np.sort(fit[level])[-len(mine) :].sum())

        found: list[int] = []
        for child in self.inside.get(partner, []):
            best = [child] if self.kinds[child] == kind else []
            level = [child]
            for _ in range(DEEPEST):
                level = [low for one in level for low in self.inside.get(one, [])]
                same = [low for low in level if self.kinds[low] == kind]
                if same and together(same) > together(best):
                    best = same
            found += best
        return np.array(sorted(found), np.int64)

    def _family(
        self, family: np.ndarray, at: np.ndarray, there: np.ndarray, taken: np.ndarray, score: Float32, partner: int
    ) -> list[Aligned]:
        size = int(self.ours.size[family[0]])
        if not len(there) or size * len(there) > MOST_CELLS:
            return []
        inside = np.isin(at, there)
        place = self.ours.index[family] - 1
        pairs = np.full((size, len(there)), THERE, np.float64)  # items that nobody touched fit anywhere
        pairs[place] = -np.inf
        mine = score[np.ix_(family, there)].astype(np.float64)
        mine[:, taken[there]] = -np.inf
        outside = score[family].copy()
        outside[:, partner + 1 : self.end[partner]] = -np.inf
        best = np.maximum(outside.max(axis=1, keepdims=True), np.log(len(self.elements)) - GONE)
        mine = THERE + mine - best
        mine[mine < 0] = -np.inf
        mine[(at >= 0) & ~inside] = -np.inf  # it was found elsewhere
        mine[inside, np.searchsorted(there, at[inside])] = SURE
        np.maximum.at(pairs, place, mine)
        open_rows = (at < 0).tolist()
        return [
            Aligned(int(node), int(there[column]), lead)
            for row, column, lead in _decided(pairs)
            if lead >= LEAD
            for node, is_open in zip(family[place == row], np.array(open_rows)[place == row], strict=True)
            if is_open
        ]


def _is_sorted(at: Int32, there: np.ndarray) -> bool:
    """Whether members of a family, in the order of the record, are now in another one."""
    return bool((np.diff(at[np.isin(at, there)]) < 0).any())


def _decided(pairs: Float64) -> list[tuple[int, int, float]]:
    """Pairs (row, column) of the best monotone alignment, and how much worse the best one without each pair is."""
    before = _best(pairs)  # [n + 1, m + 1]: of the first rows and columns
    after = _best(pairs[::-1, ::-1])[::-1, ::-1]
    found = []
    for row in range(len(pairs)):
        through = before[row, :-1] + pairs[row] + after[row + 1, 1:]
        column = int(np.argmax(through))
        best = through[column]
        without = float((before[row] + after[row + 1]).max())
        through[column] = -np.inf
        lead = float(best - max(without, through.max()))
        if lead > 0:
            found.append((row, column, lead))
    return found


def _best(pairs: Float64) -> Float64:
    """Highest sum of a monotone alignment of the first rows with the first columns; the unpaired count as 0."""
    n, m = pairs.shape
    best = np.zeros((n + 1, m + 1))
    for row in range(n):
        best[row + 1, 1:] = np.maximum.accumulate(np.maximum(best[row, 1:], best[row, :-1] + pairs[row]))
    return best
