"""Single clicks as dots, coloured by a trait of their visit or a segment; of many, those of a sample of visitors."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.placed_points import placed_blocks
from aggregator.queries.conditions import Condition
from aggregator.queries.point_traits import PointTrait, read_view_traits, read_views_in
from aggregator.shapes.columns import Float32, Int64, UInt64
from store.client import Store
from store.segments import Group

MOST_DOTS = 3_000
MOST_GROUPS = 6  # with colours of their own; the others are one group
IN, OUT = "in", "out"  # the values of a segment

DotTrait = PointTrait | Group  # what dots are coloured by: a trait, or whether a segment counts the view


@dataclass(frozen=True)
class Confetti:
    """N dots: `x`, `y` f32 in px of the picture, and `group` i64, the index of their value in `groups`.

    `groups`: each value with its number of dots, the commonest first; "" is unknown, and the last may be `others`. Of
    a segment, IN comes before OUT. The dots are those of one visitor in `one_in`, of `drawn` points altogether.
    """

    x: Float32
    y: Float32
    group: Int64
    groups: tuple[tuple[str, int], ...]
    one_in: int
    drawn: int


def confetti(store: Store, heat: Heatmap, trait: DotTrait, most: int = MOST_DOTS) -> Confetti:
    """The drawn points of a heatmap as dots, at most about `most`, read in blocks."""
    one_in = -(-heat.account.drawn // most) if heat.account.drawn else 1
    located = heat.located
    if one_in > 1:
        few = Condition("cityHash64(visitor) % {one_in:UInt32} = 0", {"one_in": one_in})
        located = replace(located, sample=replace(located.sample, where=located.sample.where.only(few)))
    x, y, view, visitor = [], [], [], []
    for block in placed_blocks(store, replace(heat, located=located)):
        on = block.placed.drawn
        x.append(block.placed.x[on])
        y.append(block.placed.y[on])
        view.append(block.points.view[on])
        visitor.append(block.points.visitor[on])
    if not x:
        nothing = np.empty(0, np.float32)
        return Confetti(nothing, nothing, np.empty(0, np.int64), (), one_in, heat.account.drawn)
    dots = _values(store, heat, np.concatenate(view), np.unique(np.concatenate(visitor)), trait)
    counted = Counter(dots).most_common()
    if isinstance(trait, Group):
        counted.sort(key=lambda one: one[0] != IN)
    names = [name for name, _ in counted[:MOST_GROUPS]]
    place = {name: n for n, name in enumerate(names)}
    group = np.array([place.get(dot, len(names)) for dot in dots], np.int64)
    groups = [(name, n) for name, n in counted[:MOST_GROUPS]]
    if rest := sum(n for _, n in counted[MOST_GROUPS:]):
        groups.append(("others", rest))
    return Confetti(np.concatenate(x), np.concatenate(y), group, tuple(groups), one_in, heat.account.drawn)


def _values(store: Store, heat: Heatmap, view: UInt64, visitors: UInt64, trait: DotTrait) -> list[str]:
    """The value of the trait of each dot, whose views are `view`."""
    if isinstance(trait, Group):
        inside = read_views_in(store, heat.scope, heat.pages, visitors, trait)
        return [IN if inside is None or one in inside else OUT for one in view.tolist()]
    views, values = read_view_traits(store, heat.scope, visitors, trait)
    of_view = dict(zip(views.tolist(), values, strict=True))
    return [of_view.get(one, "") for one in view.tolist()]
