"""Saved maps, and reports of several maps and texts (docs/reports.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from store.records import Name, Record

MOST_PARTS = 30  # of a report
QueryName = Annotated[str, Meta(max_length=40)]
QueryValue = Annotated[str, Meta(max_length=8192)]
MapQuery = Annotated[dict[QueryName, QueryValue], Meta(max_length=30)]


class SavedMap(Record, frozen=True, kw_only=True):
    """A question about a map under a name. `query`: its parameters, as in the address of the map."""

    site: str
    name: Name
    query: MapQuery


class FixedFigure(Struct, frozen=True):
    """One figure of a map when its report was saved: what it is of (`visitors`, `drawn`, or an element's key) and its
    value."""

    of: Annotated[str, Meta(max_length=64)]
    value: float


class ReportPart(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A heading with a text, and with a map if `query` names one, of fixed days. `whole`: the whole picture, not only
    its upper part. `figures`: those of the map when the report was saved."""

    kind: Literal["text", "map"]
    heading: Annotated[str, Meta(max_length=200)] = ""
    text: Annotated[str, Meta(max_length=4_000)] = ""
    query: MapQuery = field(default_factory=dict)
    whole: bool = False
    figures: Annotated[tuple[FixedFigure, ...], Meta(max_length=40)] = ()


class Report(Record, frozen=True, kw_only=True):
    """A report. `saved`: when its figures were fixed, ms since 1970; 0: never."""

    site: str
    name: Name
    lead: Annotated[str, Meta(max_length=2_000)] = ""
    parts: Annotated[tuple[ReportPart, ...], Meta(max_length=MOST_PARTS)] = ()
    saved: int = 0
