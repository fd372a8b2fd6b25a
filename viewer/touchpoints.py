"""The card of a touchpoint as an address asks for it, for its page and the API."""

from __future__ import annotations

from starlette.requests import Request

from aggregator.answers.touchpoint import CardAsked
from store.journeys import Journey
from viewer.http.errors import missing
from viewer.http.parameters import choice

STEPS = ("day", "week")


def asked_of(request: Request, journey: Journey) -> CardAsked:
    """The touchpoint and the step of an address. Problem 404 for a touchpoint that the journey does not have."""
    key = request.path_params["touchpoint"]
    keys = [touchpoint.key for _, touchpoint in journey.touchpoints]
    if key not in keys:
        raise missing("touchpoint", key, f"The journey has: {', '.join(keys) or 'none'}.")
    return CardAsked(key, choice(request.query_params, "step", STEPS, ""))
