"""Why a visit counts as a robot's: the closed list of values of the column `bot` (docs/robots.md)."""

from __future__ import annotations

REASONS = (
    "webdriver",  # navigator.webdriver
    "headless",  # the user agent or a client hint says so, or the browser has no language
    "crawler",  # a crawler by its user agent
    "no_user_agent",
    "contradiction",  # the client hints are of another browser than the user agent
    "emulated",  # a tool such as Lighthouse that imitates a device
    "prefetch",  # a page loaded in advance
    "datacentre",  # from a network on the owner's list
    "same_place",  # every click is at exactly the same place of its element
    "too_fast",  # the pointer moves faster than a hand
    "too_regular",  # intervals more regular than a hand's
    "scheduled",  # views at equal intervals in which nobody did anything
    "no_pointer",  # clicks far apart, although the pointer never rested
)
