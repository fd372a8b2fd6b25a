"""A state of a page as a form and back, and what the form says of the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.recipe import BadRecipe, read_recipe
from store.devices import DEVICES
from store.records import PageState
from viewer.pages.frame.frames import lines
from viewer.pages.frame.languages import Language
from viewer.pages.states.recipe_words import words_of

NAME_MOST = 60  # letters


@dataclass(frozen=True)
class StateForm:
    """What was typed about a state."""

    name: str = ""
    pages: str = ""
    steps: str = ""
    first: bool = False
    devices: tuple[str, ...] = ()
    place: int = 0
    version: int = 0
    url: str = ""  # address to try it on
    problem: str = ""

    @classmethod
    def of(cls, state: PageState, url: str) -> StateForm:
        pages, steps = "\n".join(state.pages), "\n".join(state.steps)
        return cls(state.name, pages, steps, state.first, state.devices, state.place, state.version, url)

    @classmethod
    def typed(cls, form: Any) -> StateForm:
        def typed(name: str) -> str:
            return str(form.get(name, "")).strip()

        def number(name: str) -> int:
            return min(1000, int(typed(name))) if typed(name).isdigit() else 0

        devices = tuple(device for device in DEVICES if device in form.getlist("device"))
        return cls(
            typed("name")[:NAME_MOST],
            str(form.get("pages", "")),
            str(form.get("steps", "")),
            typed("first") == "1",
            () if len(devices) == len(DEVICES) else devices,
            number("place"),
            number("version"),
            typed("url"),
        )

    def fields(self, lang: Language) -> dict[str, Any]:
        """The fields of the record. ValueError in the reader's words when something is wrong with them."""
        if not self.name or not lines(self.pages):
            raise ValueError(lang.text("A state needs a name and at least one page pattern."))
        try:
            steps = tuple(str(step) for step in read_recipe(self.steps.splitlines()))
        except BadRecipe as fault:
            raise ValueError(words_of(lang, fault)) from None
        return {
            "name": self.name, "pages": lines(self.pages), "steps": steps, "first": self.first,
            "devices": self.devices, "place": self.place,
        }  # fmt: skip


def step_help(lang: Language) -> list[tuple[str, str]]:
    """Each kind of step by an example, and what it does."""
    _ = lang.text
    return [
        ("click #menu-button", _("Press it: the first one shown that the selector names")),
        ("hover nav .lamps", _("Rest the pointer on it; it stays there for the picture")),
        ("wait .menu", _("Wait until it shows")),
        ("wait 500", _("Wait so many milliseconds")),
        ("scroll .panel to 800", _("Scroll inside an element, px or bottom")),
        ("scroll page to bottom", _("Scroll the page, for what appears then")),
        ("dismiss #cookies button", _("Press it if it is there, go on if it is not")),
    ]
