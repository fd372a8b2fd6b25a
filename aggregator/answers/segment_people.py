"""Who fits a segment: the traits that set them apart, and five of their visits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from aggregator.queries.pages import resolve_pages
from aggregator.queries.segment_people import ValueCount, read_latest_visits, read_trait_counts
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.segment_figures import SegmentFigures
from aggregator.shapes.segment_people import SegmentPeople, TraitShare
from store.client import Store
from store.segments import Group, every_rule

TRAITS = 5  # listed
VISITS = 5
FEW = 20  # visitors who fit; of fewer, no share is given
_OF_ONE = 2  # values of one trait
_CLEAR = 2.0  # standard errors by which a share must differ


def segment_people(store: Store, scope: Scope | SiteScope, tree: Group, figures: SegmentFigures) -> SegmentPeople:
    """Who fits a tree; `figures`: as from `segment_figures` for the same question."""
    pages = resolve_pages(store, scope.site, scope.pages) if isinstance(scope, Scope) else ()
    if not figures.fits.visitors:
        return SegmentPeople()
    visits = read_latest_visits(store, replace(scope, segment=tree), pages, VISITS)
    if figures.fits.visitors < FEW:
        return SegmentPeople(visits=visits)
    asked = {rule.what for rule in every_rule(tree)}
    counts = [one for one in read_trait_counts(store, scope, tree, pages) if one.what not in asked]
    return SegmentPeople(telling_traits(counts, figures.fits.visitors, figures.total.visitors), visits)


def telling_traits(counts: Collection[ValueCount], these: int, everyone: int) -> tuple[TraitShare, ...]:
    """The values whose share differs most from everyone's, in standard errors of the share among `these` visitors."""
    shares = [TraitShare(one.what, one.value, one.these / these, one.everyone / everyone) for one in counts]
    shares.sort(key=lambda one: (-_distance(one, these), one.what, one.value))
    found: list[TraitShare] = []
    listed = Counter[str]()
    for share in shares:
        if _distance(share, these) >= _CLEAR and listed[share.what] < _OF_ONE and len(found) < TRAITS:
            found.append(share)
            listed[share.what] += 1
    return tuple(found)


def _distance(share: TraitShare, n: int) -> float:
    """By how many standard errors of a binomial share, with everyone's share as its mean, a share differs."""
    error = math.sqrt(share.everyone * (1 - share.everyone) / n)
    return abs(share.these - share.everyone) / error if error else 0.0
