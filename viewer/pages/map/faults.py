"""The faults of a question, shown instead of its answer: a sentence and a link that repairs it for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.faults import Fault
from rules.filters import FILTERS
from rules.period import Period, swapped
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.fault_words import fault_words
from viewer.pages.map.links import Links

# faults of valid values that contradict each other or the data
_READABLE = frozenset(
    ("swapped", "after_today", "no_variant", "no_state", "no_group", "no_goal", "state_of_reach", "shows_both")
)


@dataclass(frozen=True)
class FaultLine:
    """One fault; `repair` links to the same page with a question without this fault."""

    words: str
    repair: Choice | None


@dataclass(frozen=True)
class FaultList:
    """All faults of a question."""

    heading: str
    lines: tuple[FaultLine, ...]


def fault_list(
    lang: Language, faults: Sequence[Fault], links: Links, elsewhere: Choice | None = None
) -> FaultList | None:
    """None if there is no fault. `elsewhere`: where to go from a question that names no page."""
    if not faults:
        return None
    _ = lang.text
    readable = all(fault.code in _READABLE for fault in faults)
    heading = _("This cannot be shown") if readable else _("This address is not valid")
    return FaultList(
        heading,
        tuple(
            FaultLine(fault_words(lang, fault), elsewhere if fault.field == "page" else _repair(lang, fault, links))
            for fault in faults
        ),
    )


def _repair(lang: Language, fault: Fault, links: Links) -> Choice | None:
    """A link without the faulty parameter. What could not be read is already missing from the question."""
    _, period = lang.text, links.question.period
    if fault.code == "swapped":
        return Choice(_("Swap them"), links.to(period=swapped(period)))
    if fault.field in ("days", "since", "until"):
        usable = replace(links, question=replace(links.question, period=Period()))
        return Choice(_("Show the last 28 days"), usable.to())
    labels = {
        "kind": _("Show clicks"),
        "width": _("Show the widest picture"),
        "device": _("Show all devices"),
        "bots": _("Leave out bots"),
        "variant": _("Show all variants"),
        "state": _("Show the page as it opens"),
        "goal": _("Show no goal"),
        **dict.fromkeys((*FILTERS, "segment"), _("Show everybody")),
    }
    label = labels.get(fault.top)
    return Choice(label, links.to(state="") if fault.field == "state" else links.to()) if label else None
