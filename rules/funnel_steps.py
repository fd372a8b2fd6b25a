"""The steps of a funnel: touchpoints of a journey; and pages, page groups, elements and events that are none of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from rules.faults import Fault, Faults, fault
from rules.find import named
from rules.page import page_meant, wildcard_faults
from rules.resolve import Known
from store.journeys import Journey, Matcher, Stage, Touchpoint
from store.pages import NOT, is_pattern
from store.segments import Action

PAGE, GROUP, ELEMENT, EVENT = "page:", "group:", "element:", "event:"  # before a step that is no touchpoint
OWN = (PAGE, GROUP, ELEMENT, EVENT)
_LONGEST_NAME = 300  # characters of an event's name
_ELEMENT_KEY = re.compile(r"[0-9a-f]{16}")


def with_steps(
    journey: Journey, steps: Sequence[str], known: Known, elements: Mapping[str, str] | None = None
) -> Journey | Faults:
    """The journey with the steps that are none of its touchpoints as touchpoints of their own, before all others; or
    the faults of steps that cannot be one, as `steps.0`. `elements`: key → name, of those among the steps."""
    touchpoints = {touchpoint.key: touchpoint for _, touchpoint in journey.touchpoints}
    found = {
        key: touchpoints.get(key) or _step_touchpoint(key, f"steps.{n}", known, elements or {})
        for n, key in enumerate(steps)
    }
    if faults := tuple(one for one in found.values() if isinstance(one, Fault)):
        return Faults(faults)
    own = tuple(one for key, one in found.items() if isinstance(one, Touchpoint) and key not in touchpoints)
    return replace(journey, stages=(Stage("steps", {}, own), *journey.stages)) if own else journey


def element_step(step: str) -> Action | None:
    """The click that a step `element:KEY@PAGE` is; None for another step."""
    if not step.startswith(ELEMENT):
        return None
    key, _, page = step.removeprefix(ELEMENT).strip().partition("@")
    return Action(what="clicked", element=key.strip(), page=page.strip())


def bare_step(step: str) -> str:
    """A step without what says of which kind it is."""
    prefix = next((one for one in OWN if step.startswith(one)), "")
    return step.removeprefix(prefix)


def drawn_patterns(touchpoint: Touchpoint) -> tuple[str, ...]:
    """The pages on which a touchpoint can be seen: those whose views touch it, else those of its elements."""
    pages = tuple(one for one in touchpoint.patterns if not one.startswith(NOT))
    return pages or tuple(dict.fromkeys(one.page for one in touchpoint.matchers if one.on == "element" and one.page))


def _step_touchpoint(key: str, field: str, known: Known, elements: Mapping[str, str]) -> Touchpoint | Fault:
    """The touchpoint that a page, a page group, an element or an event is as a step of a funnel."""
    if key.startswith(PAGE):
        page = _page(key.removeprefix(PAGE), field, known)
        return page if isinstance(page, Fault) else Touchpoint(key, {}, (page,))
    if key.startswith(GROUP):
        group = named(known.groups, key.removeprefix(GROUP).strip())
        if group is None:
            return fault(field, "no_group", value=key.removeprefix(GROUP))
        return Touchpoint(key, {"en": group.name}, group.patterns)
    if action := element_step(key):
        return _element(key, action, field, known, elements)
    if key.startswith(EVENT):
        name = key.removeprefix(EVENT).strip()
        if not name:
            return fault(field, "missing")
        if len(name) > _LONGEST_NAME:
            return fault(field, "long", n=len(name), most=_LONGEST_NAME)
        return Touchpoint(key, {}, (), matchers=(Matcher(on="event", name=name),))
    return fault(field, "no_touchpoint", value=key)


def _element(key: str, action: Action, field: str, known: Known, elements: Mapping[str, str]) -> Touchpoint | Fault:
    """A click on an element, which the matcher of an element touchpoint counts."""
    if not _ELEMENT_KEY.fullmatch(action.element):
        return fault(field, "element_key", value=action.element)
    if not action.page:
        return fault(field, "page_of_element")
    page = _page(action.page, field, known)
    if isinstance(page, Fault):
        return page
    name = elements.get(action.element, "")
    matcher = Matcher(on="element", element=action.element, page=page)
    return Touchpoint(key, {"en": name} if name else {}, (), matchers=(matcher,))


def _page(text: str, field: str, known: Known) -> str | Fault:
    """A page or pattern; a path means the pages of every host, as in a touchpoint."""
    text = text.strip()
    if text.startswith("/"):
        found = next(wildcard_faults(text, field), None) if is_pattern(text) else None
        return found or text
    page = page_meant(known.site, text, known.pages)
    return Fault(field, page.code, page.values) if isinstance(page, Fault) else page
