"""The evidence of all pairs at once is that of each pair by the formula."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.linkage.evidence import MEASURED, Evidence
from aggregator.linkage.likeness import likeness
from aggregator.linkage.nodes import UNKNOWN, Nodes, layout_nodes, record_nodes
from aggregator.shapes.fingerprints import CHANCE, FIELDS, KEEP, MOST, ONE_SIDED
from tests.aggregator.build import fp, records
from tests.aggregator.trees import el, page

TEXT, ALL = (FIELDS.index(name) for name in ("text", "all"))
OF_TAG = {FIELDS.index("href"), FIELDS.index("type")}


def nodes(values: np.ndarray, tag: str = "a") -> Nodes:
    n = len(values)
    return Nodes(
        ["body>a:1"] * n, [tag] * n, values.astype(np.int16), [None] * n, np.full(n, -1, np.int32),
    )  # fmt: skip


def by_formula(ours: list[int], theirs: list[int], everyone: np.ndarray, same_tag: bool) -> float:
    def one(n: int) -> float:
        mine, other = ours[n], theirs[n]
        if UNKNOWN in (mine, other) or (mine < 0 and other < 0):
            return 0.0
        if mine == other:
            share = (everyone[:, n] == mine).mean()
            return float(np.clip(log(KEEP[n]) - log(share + CHANCE), 0, MOST))
        if n in OF_TAG and not same_tag:
            return 0.0
        return float(log(1 - KEEP[n]) * (ONE_SIDED[n] if mine < 0 or other < 0 else 1))

    equal = [n for n in (TEXT, ALL) if ours[n] == theirs[n] and ours[n] >= 0]
    of_words = max(one(n) for n in equal) if equal else min(one(TEXT), one(ALL))
    return of_words + sum(one(n) for n in range(len(FIELDS)) if n not in (TEXT, ALL))


table = st.lists(st.lists(st.integers(UNKNOWN, 2), min_size=len(FIELDS), max_size=len(FIELDS)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(table, table, st.booleans())
def test_evidence_of_all_pairs(ours: list[list[int]], theirs: list[list[int]], same_tag: bool) -> None:
    a, b = np.array(ours), np.array(theirs)
    left, right = nodes(a), nodes(b, "a" if same_tag else "button")
    found = Evidence(left, right).nats(MEASURED)
    nothing = Evidence(nodes(np.full_like(a, UNKNOWN)), right).nats(MEASURED)  # tag and path alone
    for i in range(len(a)):
        for j in range(len(b)):
            expected = by_formula(a[i].tolist(), b[j].tolist(), b, same_tag)
            assert found[i, j] - nothing[i, j] == pytest.approx(expected, abs=1e-3)


def test_similarity_of_paths() -> None:
    one, other = ["main", "div", "ul", "li"], ["main", "div", "div", "ul", "li"]
    found = likeness([one], [one, other, ["nav"], []])
    assert found[0].tolist() == pytest.approx([1, 0.8, 0, 0])


def test_a_greeting_is_one_node_and_an_item_of_a_sorted_list_is_not() -> None:
    layout = layout_nodes(page(el("p", text="Hello Ann"), el("ul", el("li", text="Arc"), el("li", text="Bow"))))
    greetings = records([("body>p:1", fp(text=who, all=who)) for who in ("Hello Bob", "Hello Cy", "Hello Di")])
    made, node = record_nodes(greetings, layout)
    assert len(set(node.tolist())) == 1
    assert made.values[node[0], TEXT] == UNKNOWN
    items = records([("body>ul:1>li:1", fp(text=what, all=what)) for what in ("Bow", "Cup", "Dot")])
    made, node = record_nodes(items, layout)
    assert len(set(node.tolist())) == 2  # Bow is elsewhere on the page, the others are not on it


def test_ancestors_are_implied() -> None:
    made, node = record_nodes(records([("main>ul:1>li:2>a:1", fp(text="x"))]), layout_nodes(page()))
    above, line = int(node[0]), []
    while above >= 0:
        line.append(made.paths[above])
        above = int(made.parent[above])
    assert line == ["main>ul:1>li:2>a:1", "main>ul:1>li:2", "main>ul:1", "main"]
