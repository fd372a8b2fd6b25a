"""The steps of a funnel: touchpoints of a journey, and pages and events that are none of it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from rules.faults import Fault, Faults, fault
from rules.page import page_meant, wildcard_faults
from rules.resolve import Known
from store.journeys import Journey, Matcher, Stage, Touchpoint
from store.pages import is_pattern

PAGE, EVENT = "page:", "event:"  # before a step that is no touchpoint of the journey
_LONGEST_NAME = 300  # characters of an event's name


def with_steps(journey: Journey, steps: Sequence[str], known: Known) -> Journey | Faults:
    """The journey with the pages and events among the steps as touchpoints of their own, before all others; or the
    faults of steps that cannot be one, as `steps.0`."""
    touchpoints = {touchpoint.key: touchpoint for _, touchpoint in journey.touchpoints}
    found = {key: touchpoints.get(key) or _step_touchpoint(key, f"steps.{n}", known) for n, key in enumerate(steps)}
    if faults := tuple(one for one in found.values() if isinstance(one, Fault)):
        return Faults(faults)
    own = tuple(one for key, one in found.items() if isinstance(one, Touchpoint) and key not in touchpoints)
    return replace(journey, stages=(Stage("steps", {}, own), *journey.stages)) if own else journey


def _step_touchpoint(key: str, field: str, known: Known) -> Touchpoint | Fault:
    """The touchpoint that a page or an event is as a step of a funnel."""
    if key.startswith(PAGE):
        page = _page(key.removeprefix(PAGE), field, known)
        return page if isinstance(page, Fault) else Touchpoint(key, {}, (page,))
    if key.startswith(EVENT):
        name = key.removeprefix(EVENT).strip()
        if not name:
            return fault(field, "missing")
        if len(name) > _LONGEST_NAME:
            return fault(field, "long", n=len(name), most=_LONGEST_NAME)
        return Touchpoint(key, {}, (), matchers=(Matcher(on="event", name=name),))
    return fault(field, "no_touchpoint", value=key)


def _page(text: str, field: str, known: Known) -> str | Fault:
    """A page or pattern; a path means the pages of every host, as in a touchpoint."""
    text = text.strip()
    if text.startswith("/"):
        found = next(wildcard_faults(text, field), None) if is_pattern(text) else None
        return found or text
    page = page_meant(known.site, text, known.pages)
    return Fault(field, page.code, page.values) if isinstance(page, Fault) else page
