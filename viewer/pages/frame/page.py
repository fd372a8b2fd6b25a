"""What every page is: one frozen record, each field with a help text, and a template of the same fields."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from viewer.pages.frame.languages import Language


def doc(words: str, **options: Any) -> Any:
    """A field of a page with its help text (kept in the field's metadata)."""
    return field(metadata={"help": words}, **options)


@dataclass(frozen=True)
class Choice:
    """One link of a control: the address is the state."""

    label: str
    href: str
    on: bool = False
    small: str = ""  # e.g. a share beside the label
    title: str = ""


@dataclass(frozen=True)
class Frame:
    """What surrounds every page: place, language, who is signed in."""

    lang: Language
    theme: str  # "", "light", "dark"
    user: str  # name; "" before sign-in
    csrf: str
    nav: tuple[Choice, ...] = ()
    sites: tuple[Choice, ...] = ()  # the switch at the right; empty when no site is open
    site_name: str = ""
    demo: bool = False  # the open site is the demo: most visits are simulated
    languages: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Page:
    """Base of all pages."""

    template: ClassVar[str]
    status: ClassVar[int] = 200

    frame: Frame = doc("Place, language, theme and who is signed in")
    title: str = doc("Title of the window, without the name of the program")

    def context(self) -> dict[str, Any]:
        """The names that the template may use."""
        return {f.name: getattr(self, f.name) for f in fields(self)}
