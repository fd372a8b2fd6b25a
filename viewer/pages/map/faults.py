"""What is wrong with a question, shown in place of its answer: a sentence and a repairing link for each fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.faults import Fault
from rules.period import Period, swapped
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.fault_words import fault_words
from viewer.pages.map.links import Links

# faults of what can be read well, but contradicts itself or what there is
_READABLE = frozenset(("swapped", "after_today", "no_variant", "no_state", "state_of_reach", "shows_both"))


@dataclass(frozen=True)
class FaultLine:
    """One fault; `repair` leads to the same page with a question that has it no more."""

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
    """None without a fault. `elsewhere`: where to go from a question that names no page."""
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
    """What could not be read is no part of the question any more: a link to what was read leaves it out."""
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
    }
    label = labels.get(fault.field)
    return Choice(label, links.to(state="") if fault.field == "state" else links.to()) if label else None
