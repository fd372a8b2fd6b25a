"""Opportunities of a journey: their order, and changing the state of one."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from rules.faults import Faults, fault
from store.definitions import Missing, Stored
from store.journeys import Journey, Opportunity, OpportunityState

STATES: tuple[OpportunityState, ...] = ("idea", "planned", "testing", "shipped", "dropped")


def opportunity_of(journey: Journey, key: str) -> Opportunity:
    """Missing if the journey has none with this key, or no longer."""
    found = next((one for one in journey.opportunities if one.key == key), None)
    if found is None:
        raise Missing(f"There is no opportunity {key!r} on this map.")
    return found


def with_state(journey: Journey, key: str, state: str, today: date) -> Journey | Faults:
    """The journey whose opportunity has another state. Shipping it sets the day, unless it is known already. The day
    and the figure that was kept then stay when it is taken back, so that a wrong click loses nothing."""
    chosen = next((one for one in STATES if one == state), None)
    if chosen is None:
        return Faults((fault("state", "choice", value=state, allowed=", ".join(STATES)),))
    one = opportunity_of(journey, key)
    day = one.shipped_on or (today.isoformat() if chosen == "shipped" else "")
    changed = replace(one, state=chosen, shipped_on=day)
    return replace(journey, opportunities=tuple(changed if old is one else old for old in journey.opportunities))


def shipped_since(journey: Journey, stored: Stored) -> bool:
    """Whether an opportunity was shipped that was not in the stored version, so that its figure from before is due."""
    earlier = stored.fields.get("opportunities")
    items = earlier if isinstance(earlier, list) else []
    shipped = {one.get("key") for one in items if isinstance(one, dict) and one.get("state") == "shipped"}
    new = (one for one in journey.opportunities if one.state == "shipped" and one.key not in shipped)
    return any(one.before is None and one.shipped_on for one in new)
