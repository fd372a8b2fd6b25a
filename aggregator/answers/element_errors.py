"""The errors after a click, in the table of elements."""

from __future__ import annotations

from dataclasses import replace

from aggregator.answers.exposure import used_records
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.map_figures import HeatmapFigures
from aggregator.queries.conditions import where
from aggregator.queries.element_errors import read_element_errors
from store.client import Store


def with_errors(store: Store, found: Heatmap, figures: HeatmapFigures) -> HeatmapFigures:
    """The figures of a map of clicks, with the errors that followed clicks on each of its elements."""
    if found.scope.kind != "click":
        return figures
    errors = read_element_errors(store, where(found.scope, found.pages), used_records(found))
    rows = []
    for row in figures.elements:
        n, of = errors.get(row.index, (0, ()))
        rows.append(replace(row, failed=n, failed_share=min(n / row.visitors, 1.0), errors=of) if n else row)
    return replace(figures, elements=tuple(rows))
