"""Forms: where visitors stay, correct themselves, leave a field blank, and leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.placed_goals import placed_goal
from aggregator.measures.statistics import wilson
from aggregator.pictures.newest import IndexedSnapshot, NoSnapshot, newest_picture
from aggregator.pictures.twins import read_twins
from aggregator.placing.ladder import OWN, TWIN, record_places
from aggregator.queries.conditions import where
from aggregator.queries.forms import (
    read_field_records,
    read_fields,
    read_form,
    read_forms,
    read_submitted_reached,
)
from aggregator.queries.goals import of_pages
from aggregator.queries.pages import resolve_pages
from aggregator.queries.records import read_named_records
from aggregator.shapes.columns import UInt64
from aggregator.shapes.forms import FieldTotals, FormTotals
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store
from store.segments import Goal
from store.snapshots import Snapshot, Snapshots


@dataclass(frozen=True)
class FieldShare:
    """`n` of `of` visitors, with the 95 % interval; all 0 for nobody."""

    n: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class FormField:
    """One field. `corrected` and `blank` are of those who reached it, `last` of those who began and left.

    `index`: of its element in the layout of the picture, -1 if it is not on it; then `name` is its path.
    """

    key: int
    name: str
    index: int
    reached: int
    median_ms: float
    ninety_ms: float
    corrected: FieldShare
    blank: FieldShare
    last: FieldShare


@dataclass(frozen=True)
class FormFigures:
    """The forms of a page, field by field: those that were last before leaving most often come first.

    Of the `visitors` of the page, `began` had the focus in a field, `submitted` of these sent a form, `left` did not.
    `completion`: submitted of began. `reached`: of those who submitted, who reached the goal of the question; None
    without one. `median_ms`: in all fields, of the median visitor who began.
    """

    page: str
    visitors: int
    began: int
    submitted: int
    left: int
    completion: FieldShare
    median_ms: float
    fields: tuple[FormField, ...]
    snapshot: Snapshot | None
    reached: FieldShare | None = None


@dataclass(frozen=True)
class FormSummary:
    """The forms of one page in a list."""

    page: str
    visitors: int
    began: int
    submitted: int
    left: int
    completion: FieldShare
    median_ms: float


def form_list(store: Store, scope: SiteScope) -> tuple[FormSummary, ...]:
    """The pages whose fields were used."""
    return tuple(
        FormSummary(
            one.page, one.visitors, one.began, one.submitted, one.began - one.submitted, _completion(one), one.median_ms
        )
        for one in read_forms(store, scope)
    )


def form_figures(store: Store, snapshots: Snapshots, scope: Scope, width: int, goal: Goal | None = None) -> FormFigures:
    """The forms of the scope's pages; fields are found on the picture of this width, where there is one.

    `goal`: what those who submitted were meant to reach afterwards, anywhere on the site.
    """
    pages = resolve_pages(store, scope.site, scope.pages)
    try:
        picture = newest_picture(snapshots, scope, pages, width)
    except NoSnapshot:
        picture = None
    return _figures(store, scope, pages, picture, placed_goal(store, snapshots, scope, goal) if goal else None)


def forms_of_map(store: Store, snapshots: Snapshots, heat: Heatmap, goal: Goal | None = None) -> FormFigures:
    """The forms of the pages of a map, with the fields on its picture."""
    placed = placed_goal(store, snapshots, heat.scope, goal) if goal else None
    return _figures(store, heat.scope, heat.pages, heat.located.picture, placed)


def _figures(
    store: Store, scope: Scope, pages: tuple[str, ...], picture: IndexedSnapshot | None, goal: Goal | None
) -> FormFigures:
    w = where(scope, pages)
    records = read_named_records(store, scope, pages, read_field_records(store, w))
    record, key = (records.record, records.key) if picture is None else _placed(store, records, picture)
    fields = read_fields(store, w, record, key)
    form = read_form(store, w, scope.pages[0])
    paths = dict(zip(records.key.tolist(), records.paths, strict=True))
    left = form.began - form.submitted
    rows = [_field(one, left, picture, paths) for one in fields]
    reached = read_submitted_reached(store, w, goal, of_pages(scope, pages)) if goal else 0
    return FormFigures(
        page=form.page,
        visitors=form.visitors,
        began=form.began,
        submitted=form.submitted,
        left=left,
        completion=_completion(form),
        median_ms=form.median_ms,
        fields=tuple(sorted(rows, key=lambda one: (-one.last.n, -one.reached, one.key))),
        snapshot=picture.snapshot if picture else None,
        reached=_share(reached, form.submitted) if goal else None,
    )


def _placed(store: Store, records: Records, picture: IndexedSnapshot) -> tuple[UInt64, UInt64]:
    """Each record with the key of its element on the picture, where it is certain, else with its own."""
    places = record_places(records, picture.index, read_twins(store, picture.snapshot))
    itself = (places.rung == OWN) | (places.rung == TWIN)
    layout = picture.index.layout
    keys = (
        np.where(itself, layout.keys[np.where(itself, places.element, 0)], records.key) if len(layout) else records.key
    )
    return records.record, np.asarray(keys, np.uint64)


def _field(one: FieldTotals, left: int, picture: IndexedSnapshot | None, paths: dict[int, str]) -> FormField:
    layout = picture.index.layout if picture else None
    found = np.flatnonzero(layout.keys == np.uint64(one.key)).tolist() if layout else []
    index = found[0] if found else -1
    name = layout.names[index] if layout and index >= 0 else ""
    return FormField(
        key=one.key,
        name=" ".join(name.split()) or paths.get(one.key, f"{one.key:016x}"),
        index=index,
        reached=one.reached,
        median_ms=one.median_ms,
        ninety_ms=one.ninety_ms,
        corrected=_share(one.corrected, one.reached),
        blank=_share(one.blank, one.reached),
        last=_share(one.last, left),
    )


def _completion(form: FormTotals) -> FieldShare:
    return _share(form.submitted, form.began)


def _share(n: int, of: int) -> FieldShare:
    if not of:
        return FieldShare(n, 0, 0.0, 0.0, 0.0)
    low, high = wilson(n, of)
    return FieldShare(n, of, n / of, float(low), float(high))
