"""Links from a figure's name to the section of the help that explains it."""

from __future__ import annotations

from viewer.http.urls import Urls

# Anchors of docs/reading-a-map.md, the same in every language. A test checks the pages and both texts against it.
SECTIONS = (
    "visitors",
    "clicked-by",
    "in-view",
    "interval",
    "few",
    "dead",
    "rage",
    "errors",
    "goals",
    "forms",
    "zones",
    "colours",
    "reached",
    "account",
    "difference",
    "went-on",
)


def help_href(section: str) -> str:
    """Address of a section, e.g. `/help/reading-a-map#dead`. ValueError if there is no such section."""
    if section not in SECTIONS:
        raise ValueError(f"The help has no section {section!r}.")
    return Urls("").help(section)
