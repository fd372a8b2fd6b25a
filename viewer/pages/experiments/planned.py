"""The size that an experiment needs, computed beside its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.measures.statistics import needed_per_variant
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class PlannedSize:
    """`share` and `change` in percent as typed, and the visitors per variant they need: in words, "" until both can be
    read. `action`: the address that computes it for a script; `template`: what the script writes, with a # for it."""

    share: str
    change: str
    words: str
    action: str
    template: str


def planned_size(lang: Language, query: Mapping[str, str], action: str) -> PlannedSize:
    """The size for the percentages of a query."""
    share, change = query.get("share", "")[:12], query.get("change", "")[:12]
    known, wanted = _percent(share), _percent(change)
    readable = 0 < known < 1 and -1 < wanted < 10 and wanted != 0
    visitors = lang.number(needed_per_variant(known, wanted)) if readable else ""
    template = lang.text("%(visitors)s visitors per variant", visitors="#")
    return PlannedSize(share, change, template.replace("#", visitors) if visitors else "", action, template)


def _percent(text: str) -> float:
    """A percentage as a fraction; 0 for what is not a number."""
    try:
        return float(text.replace(",", ".")) / 100
    except ValueError:
        return 0.0
