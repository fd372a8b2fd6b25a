"""The form of a funnel's steps: 2 to 12 of the journey's touchpoints, or of what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.shapes.funnels import FEWEST_STEPS, MOST_STEPS
from rules.funnel_steps import ELEMENT, EVENT, GROUP, OWN, PAGE
from viewer.funnels import joined_steps
from viewer.pages.frame.page import Choice
from viewer.pages.journey.funnel_shown import ShownFunnel

MOST_OFFERED = 60  # pages, and events


@dataclass(frozen=True)
class StepField:
    """`key`: of the step that is chosen, "" for none. `moves`: up, down and out of the list, as addresses."""

    n: str
    key: str
    moves: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class StepsForm:
    """`groups`: what can be chosen, as (heading, ((key, name), …)). `hidden`: what the form sends besides the steps.
    `more`: the address at which what was seen is offered too, "" where it is. `full`: that there are 12."""

    action: str
    hidden: tuple[tuple[str, str], ...]
    fields: tuple[StepField, ...]
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    more: str
    full: bool
    is_open: bool


def steps_form(shown: ShownFunnel, given: Sequence[str], seen: tuple[Sequence[str], Sequence[str]] | None) -> StepsForm:
    """`given`: the steps of the address, even if they cannot be counted. `seen`: pages and events, the busiest first;
    None if they are not offered."""
    lang, links = shown.lang, shown.links
    kept = list(given[:MOST_STEPS])
    empty = max(min(MOST_STEPS - len(kept), 1), FEWEST_STEPS - len(kept), 0)
    fields = [StepField(lang.number(n + 1), key, _moves(shown, given, n)) for n, key in enumerate(kept)]
    fields += [StepField(lang.number(len(kept) + 1 + n), "") for n in range(empty)]
    edited = dict(links.extra).get("edit", "")
    without = links.keeping(steps="", edit="")
    return StepsForm(
        action=links.action,
        hidden=(*without.fields(), *((("edit", edited),) if edited else ())),
        fields=tuple(fields),
        groups=_groups(shown, kept, seen),
        more="" if seen else f"{links.keeping(edit='1').to()}#steps",
        full=len(given) >= MOST_STEPS,
        is_open=bool(edited) or len(given) > MOST_STEPS or len(given) < FEWEST_STEPS,
    )


def _groups(
    shown: ShownFunnel, kept: Sequence[str], seen: tuple[Sequence[str], Sequence[str]] | None
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    _ = shown.lang.text
    own = [(key, shown.name(key)) for key in shown.touchpoints if not key.startswith(OWN)]
    pages, events = seen or ((), ())
    offered_pages = [PAGE + page for page in pages[:MOST_OFFERED]]
    offered_events = [EVENT + name for name in events[:MOST_OFFERED]]
    of_pages = dict.fromkeys((*(key for key in kept if key.startswith(PAGE)), *offered_pages))
    of_events = dict.fromkeys((*(key for key in kept if key.startswith(EVENT)), *offered_events))
    page_groups = [GROUP + group.key for group in shown.asked.known.groups] if seen else []
    of_groups = dict.fromkeys((*(key for key in kept if key.startswith(GROUP)), *page_groups))
    names = {GROUP + group.key: group.name for group in shown.asked.known.groups}
    groups = (
        (_("Touchpoints"), tuple(own)),
        (_("Pages"), tuple((key, key.removeprefix(PAGE)) for key in of_pages)),
        (_("Page groups"), tuple((key, names.get(key, key.removeprefix(GROUP))) for key in of_groups)),
        (_("Elements"), tuple((key, shown.name(key)) for key in dict.fromkeys(kept) if key.startswith(ELEMENT))),
        (_("Events"), tuple((key, key.removeprefix(EVENT)) for key in of_events)),
    )
    return tuple(group for group in groups if group[1])


def seen_panel(shown: ShownFunnel) -> dict[str, Any]:
    """What the scripts need to offer what was seen: its address, and their words."""
    lang = shown.lang
    _ = lang.text
    return {
        "url": shown.urls.journey_seen(shown.asked.site.id, shown.journey.id, **shown.asked.question.query()),
        "locale": lang.locale.language,
        "most": MOST_STEPS,
        "words": {
            "seen": _("Seen in this period"),
            "find": _("Search pages, elements, events"),
            "pages": _("Pages"),
            "groups": _("Page groups"),
            "elements": _("Elements"),
            "events": _("Events"),
            "page": _("Page"),
            "none": _("Nothing was seen in this period."),
            "rows_one": _("%(n)s line. A visitor can be in several."),
            "rows_many": _("%(n)s lines. A visitor can be in several."),
            "more_one": _("%(n)s more"),
            "more_many": _("%(n)s more"),
            "show_them": _("Show them"),
            "add": _("Add as a step"),
            "added": _("“%(name)s” is step %(n)s. “Count these steps” counts them."),
            "limit": _("12 steps at most: merge two."),
        },
    }


def _moves(shown: ShownFunnel, given: Sequence[str], n: int) -> tuple[Choice, ...]:
    """Links that work without a script; a funnel keeps at least two steps."""
    lang, steps = shown.lang, list(given)
    found = []
    name = shown.name(steps[n])
    if n:
        up = [*steps[: n - 1], steps[n], steps[n - 1], *steps[n + 1 :]]
        found.append(Choice("↑", _with(shown, up), title=lang.text("Move up: %(name)s", name=name)))
    if n + 1 < len(steps):
        down = [*steps[:n], steps[n + 1], steps[n], *steps[n + 2 :]]
        found.append(Choice("↓", _with(shown, down), title=lang.text("Move down: %(name)s", name=name)))
    if len(steps) > FEWEST_STEPS:
        without = [*steps[:n], *steps[n + 1 :]]
        found.append(Choice("×", _with(shown, without), title=lang.text("Leave out: %(name)s", name=name)))
    return tuple(found)


def _with(shown: ShownFunnel, steps: Sequence[str]) -> str:
    return f"{shown.links.keeping(steps=joined_steps(steps), edit='1').to()}#steps"
