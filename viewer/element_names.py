"""The names of the elements that rules refer to, from the pictures of their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.funnel_steps import element_step
from rules.resolve import Known
from store.pages import matches
from store.segments import Action, Rule
from store.snapshots import Snapshot, Snapshots
from viewer.work import Work

SECONDS = 60.0  # how long the names of a picture are kept
MOST_CONTROLS = 200  # offered of a page
MOST_PICTURES = 8  # searched for one element


class ElementNames:
    """Finds the names of elements by their keys."""

    def __init__(self, snapshots: Snapshots, work: Work) -> None:
        self._snapshots = snapshots
        self._work = work

    async def of(self, known: Known, rules: Iterable[Rule]) -> dict[str, str]:
        """Key (16 hexadecimal digits) → name. A key that no picture has is left out."""
        every = list(rules)
        steps = [element_step(step) for rule in every if rule.funnel for step in rule.funnel.steps]
        named = [one for rule in every for one in (rule, rule.other)]
        return await self.of_actions(known, [one for one in (*named, *steps) if one and one.element])

    async def of_actions(self, known: Known, actions: Iterable[Rule | Action]) -> dict[str, str]:
        """The same, of the elements of actions."""
        found: dict[str, str] = {}
        for action in actions:
            for picture in _pictures(known.snapshots, action.page):
                if action.element not in found and (name := (await self._names(picture)).get(action.element)):
                    found[action.element] = name
        return found

    async def of_page(self, known: Known, page: str) -> Mapping[str, str]:
        """The controls on the widest picture of a page as it opens, key → name, from the top down; {} without one."""
        pictures = [one for one in _pictures(known.snapshots, page) if not one.state]
        return await self._controls(pictures[0]) if pictures else {}

    async def _controls(self, picture: Snapshot) -> Mapping[str, str]:
        def read() -> Mapping[str, str]:
            layout = self._snapshots.layout(picture.id)
            rows = zip(
                layout.keys.tolist(), layout.names, layout.control.tolist(), layout.visible.tolist(), strict=True
            )
            named = [(f"{key:016x}", name) for n, (key, name, of, seen) in enumerate(rows) if of == n and seen]
            return {key: " ".join(name.split()) for key, name in named[:MOST_CONTROLS] if name.strip()}

        return await self._work.once(("control_names", picture.id), SECONDS, read, light=True)

    async def _names(self, picture: Snapshot) -> Mapping[str, str]:
        def read() -> Mapping[str, str]:
            layout = self._snapshots.layout(picture.id)
            named = zip(layout.keys.tolist(), layout.names, strict=True)
            return {f"{key:016x}": " ".join(name.split()) for key, name in named if name.strip()}

        return await self._work.once(("element_names", picture.id), SECONDS, read, light=True)


def _pictures(snapshots: Iterable[Snapshot], page: str) -> list[Snapshot]:
    """The pictures that may show an element of a page, the widest first."""
    here = [one for one in snapshots if not page or matches(page, one.page)]
    return sorted(here, key=lambda one: (bool(one.state), -one.width))[:MOST_PICTURES]
