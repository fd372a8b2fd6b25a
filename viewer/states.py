"""The defined states of a site's pages, and what a picture of one needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.find import all_of, named
from rules.recipe import Recipe, Steps, read_recipe
from rules.state import in_order
from store.definitions import Definitions
from store.devices import device_of
from store.pages import matches
from store.records import PageState, Site
from viewer.http.errors import Problem


@dataclass(frozen=True)
class PlannedPicture:
    """One picture to take: the recipe, and the widths that have this state."""

    recipe: Recipe
    widths: tuple[int, ...]


def defined_states(definitions: Definitions, site: Site) -> list[PageState]:
    """All valid states of a site in the owner's order, including recipes for every picture."""
    return in_order(all_of(definitions, PageState, site.id).records)


def on_page(states: Iterable[PageState], page: str) -> list[PageState]:
    """The states of one page."""
    return [state for state in states if any(matches(pattern, page) for pattern in state.pages)]


def planned_pictures(
    definitions: Definitions, site: Site, page: str, widths: Sequence[int], state: str = "", *, every: bool = False
) -> list[PlannedPicture]:
    """The pictures to take of a page (canonical): as it opens, in one state, or (`every`) in all of them.

    Problem 422 if the page has no such state, or not at any of these widths.
    """
    here = on_page(defined_states(definitions, site), page)
    first = tuple(step for one in here if one.first for step in read_recipe(one.steps))
    states = [one for one in here if not one.first]
    base = PlannedPicture(Recipe(first=first), tuple(widths))
    if every:
        return [base, *(planned for one in states if (planned := _planned(one, first, widths)).widths)]
    if not state:
        return [base]
    found = named(states, state)
    if found is None:
        have = f"It has: {', '.join(one.key for one in states)}." if states else "It has none yet."
        raise Problem(
            422, "no_state", f"{page} has no state {state!r}.", f"{have} Define the state and its steps first."
        )
    planned = _planned(found, first, widths)
    if not planned.widths:
        only = " and ".join(found.devices)
        raise Problem(
            422, "no_state", f"The state {found.name!r} exists on {only} only.", "Choose a width of such a device."
        )
    return [planned]


def _planned(state: PageState, first: Steps, widths: Sequence[int]) -> PlannedPicture:
    fitting = tuple(w for w in widths if not state.devices or device_of(w) in state.devices)
    return PlannedPicture(Recipe(state.key, first, read_recipe(state.steps)), fitting)
