"""The ways of visits through a place as CSV: one row for each step between two places."""

from __future__ import annotations

from dataclasses import asdict

from aggregator.answers.paths import PathBand, Paths
from viewer.drawing.export import SHARE_COLUMNS, table_csv

COLUMNS = ("column", "from_kind", "from", "to_kind", "to", "visits", "expected", "of", "share", "low", "high")


def paths_csv(paths: Paths) -> bytes:
    """`column`: that of `from`, 0 for the chosen place. Texts that begin like a formula are made harmless."""
    return table_csv(COLUMNS, map(_row, paths.bands))


def _row(band: PathBand) -> list[object]:
    share = asdict(band.of_start) if band.of_start else {}
    return [
        band.offset,
        band.start.kind,
        band.start.key,
        band.end.kind,
        band.end.key,
        band.visits,
        int(band.expected),
        *(share.get(name, "") for name in SHARE_COLUMNS[1:]),
    ]
