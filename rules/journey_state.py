"""The state of a journey map: in use, a draft, or due for review."""

from __future__ import annotations

from datetime import date
from typing import Literal

from store.journeys import Journey

MapState = Literal["use", "draft", "due"]


def map_state(journey: Journey, today: date) -> MapState:
    """Due for review on its day; a draft without a day, or if nothing on the map is measured or researched."""
    if journey.review_on and journey.review_on <= today.isoformat():
        return "due"
    measured = any(touchpoint.contacts for _, touchpoint in journey.touchpoints)
    known = measured or any(cell.evidence != "assumed" for cell in journey.cells)
    return "use" if journey.review_on and known else "draft"
