"""Why a visit is taken for a robot's: the closed list of what the column `bot` may hold (docs/robots.md)."""

from __future__ import annotations

REASONS = (
    "webdriver",  # navigator.webdriver
    "headless",  # the user agent or a client hint says so, or the browser speaks no language
    "crawler",  # a crawler by its user agent
    "no_user_agent",
    "contradiction",  # client hints of another browser than the user agent
    "prefetch",  # a page made ready in advance
    "datacentre",  # from a network on the owner's list
    "same_place",  # always exactly the same place of every element
    "too_fast",  # from place to place faster than a hand moves
    "too_regular",  # at intervals that no hand keeps
    "no_pointer",  # clicks far apart, and the pointer rested nowhere
)
