"""Display names of pages."""

from __future__ import annotations

from store.pages import page_path
from store.snapshots import Snapshot


def page_names(pictures: list[Snapshot]) -> dict[str, str]:
    """Page → the title of its newest picture, without the ending that all titles of the site share."""
    titles = {s.page: " ".join(s.title.split()) for s in pictures if not s.variant and not s.state and s.title.strip()}
    for mark in (" · ", " | ", " – ", " — ", " - ", ", "):
        ends = [title.rpartition(mark)[2] for title in titles.values() if mark in title]
        common = max(set(ends), key=ends.count, default="")
        if len(ends) > 1 and ends.count(common) > len(titles) / 2:
            titles = {page: title.removesuffix(mark + common) for page, title in titles.items()}
    return titles


def name_of(page: str, names: dict[str, str]) -> str:
    """A page's display name: its title, or its path."""
    return names.get(page) or page_path(page)
