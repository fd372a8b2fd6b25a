"""The base of all pages: a frozen record, each field with a help text, and a template that uses these fields."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from viewer.pages.frame.languages import Language


def doc(words: str, **options: Any) -> Any:
    """A field of a page with its help text (stored in the field's metadata)."""
    return field(metadata={"help": words}, **options)


@dataclass(frozen=True)
class Choice:
    """One link of a control; its address carries the state."""

    label: str
    href: str
    on: bool = False
    small: str = ""  # such as a share beside the label
    title: str = ""


@dataclass(frozen=True)
class Frame:
    """The frame of every page: navigation, language, who is signed in."""

    lang: Language
    theme: str  # "", "light", "dark"
    user: str  # name; "" before sign-in
    csrf: str
    nav: tuple[Choice, ...] = ()
    sites: tuple[Choice, ...] = ()  # the menu at the right: the same kind of page of each site
    site_name: str = ""
    demo: bool = False  # the current site is the demo: most visits are simulated
    languages: tuple[Choice, ...] = ()
    zone: str = ""  # of the days and times of the current site, in words; "" without a site
    zone_href: str = ""  # where it is set
    root: str = ""  # the path below which everything is (`Urls.root`)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Base of all pages."""

    template: ClassVar[str]
    docs: ClassVar[str] = (
        "index"  # the document that explains it, with or without an anchor: `snippet#commands` (docs/)
    )
    status: ClassVar[int] = 200

    frame: Frame = doc("Navigation, language, theme and who is signed in")
    title: str = doc("Window title, without the product name")

    def context(self) -> dict[str, Any]:
        """The names that the template may use."""
        return {f.name: getattr(self, f.name) for f in fields(self)}
