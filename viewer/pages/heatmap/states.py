"""The states of a page on its map: which one is shown, and what was done in the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.reach_map import ReachMap
from store.records import PageState
from store.snapshots import Snapshot
from viewer.http.errors import missing
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.parts import Empty, address
from viewer.pages.map.view import View
from viewer.states import on_page


@dataclass(frozen=True)
class InStates:
    """The line of a map: so many were made in other states, each with its link."""

    words: str
    links: tuple[Choice, ...]


def names_here(
    lang: Language, defined: Sequence[PageState], pictures: Sequence[Snapshot], page: str, asked: str
) -> dict[str, str]:
    """Key → name of the states of a page, the base first. Problem 404 when there is none like `asked`."""
    names = {"": lang.text("As it opens")}
    names |= {state.key: state.name for state in on_page(defined, page) if not state.first}
    if asked not in names and not any(s.state == asked for s in pictures):
        raise missing("state", asked, f"States of this page: {', '.join(key for key in names if key) or 'none yet'}.")
    return names | {asked: names.get(asked, asked)}


def state_choices(view: View, action: str, names: Mapping[str, str]) -> list[Choice]:
    """The base and each state; nothing to choose where there is only the base, nor for reach."""
    if len(names) < 2 or view.kind == "scroll":
        return []
    return [
        Choice(name, address(action, view.query(state=key, every=False)), key == view.state)
        for key, name in names.items()
    ]


def in_states(
    lang: Language, view: View, action: str, names: Mapping[str, str], found: Heatmap | ReachMap | None
) -> InStates | None:
    """What the map of the page as it opens says of the others; None where there is nothing to say."""
    if view.state or not isinstance(found, Heatmap):
        return None
    others = [other for other in found.elsewhere if other.points]
    if not others:
        return None
    total = sum(other.points for other in others)
    if view.kind == "hover":
        words = lang.plural("%(num)s hover was made in:", "%(num)s hovers were made in:", total)
    else:
        words = lang.plural("%(num)s click was made in:", "%(num)s clicks were made in:", total)
    links = (
        Choice(
            f"{names.get(other.state, other.state)} ({lang.number(other.points)})",
            address(action, view.query(state=other.state, width=found.snapshot.width, every=False)),
        )
        for other in others
    )
    return InStates(words, tuple(links))


def no_picture(lang: Language, view: View, action: str, name: str, path: str, may_take: bool) -> Empty:
    """What stands in the place of the picture of a state."""
    _ = lang.text
    return Empty(
        _("No picture of “%(state)s” on %(path)s yet", state=name, path=path),
        (_("What was done there is kept and waits for a picture. Its steps are done to the page first."),),
        (Choice(_("Show the page as it opens"), address(action, view.query(state="")), not may_take),),
        take=may_take,
    )
