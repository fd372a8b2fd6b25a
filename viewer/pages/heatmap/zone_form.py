"""The form of a zone: read from the store or a submission, and converted to plain fields for the rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from aggregator.placing.zones import Rectangle
from rules.faults import Fault, Faults, fault
from store.definitions import Stored
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import label_of, shown, text, version, versioned
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class ZoneForm:
    """The fields as typed, and their faults. `page`: what the zone belongs to; `on`: the page that it is chosen on.
    `drawn`: a rectangle on the picture, as text. `next`: where to go when it is saved."""

    name: str = ""
    page: str = ""
    on: str = ""
    elements: tuple[str, ...] = ()
    drawn: str = ""
    version: int = 0
    next: str = ""
    faults: FormFaults = FormFaults()

    @classmethod
    def of(cls, stored: Stored) -> ZoneForm:
        """The form filled with a stored zone, valid or not."""
        found = stored.fields.get("elements", ())
        elements = tuple(str(one) for one in found) if isinstance(found, list | tuple) else ()
        page = shown(stored.fields, "page")
        return cls(shown(stored.fields, "name"), page, page, elements, version=stored.version)

    @classmethod
    def begun(cls, query: Mapping[str, str]) -> ZoneForm:
        """The form of a new zone on a page."""
        page = query.get("page", "")
        return cls(name=query.get("name", ""), page=page, on=page, next=query.get("next", ""))

    @classmethod
    def typed(cls, form: FormData) -> ZoneForm:
        elements = dict.fromkeys(str(one) for one in form.getlist("element"))
        page = text(form, "page")
        return cls(
            name=text(form, "name"),
            page=page,
            on=text(form, "on") or page,
            elements=tuple(elements),
            drawn=text(form, "drawn"),
            version=version(form),
            next=text(form, "next"),
        )

    def fields(self) -> dict[str, object]:
        """As plain fields for rules/page_zone.py."""
        fields: dict[str, object] = {"name": self.name, "page": self.page, "elements": list(self.elements)}
        return versioned(fields, self.version)


def rectangle(words: str) -> Rectangle | Faults:
    """A rectangle in px of a picture from `left,top,width,height`."""
    try:
        sides = [float(side) for side in words.split(",")]
    except ValueError:
        sides = []
    if len(sides) != 4 or not all(map(math.isfinite, sides)):
        return Faults((_not_a_rectangle(words),))
    return Rectangle(*sides)


def _not_a_rectangle(words: str) -> Fault:
    return fault("drawn", "no_rectangle", value=words)


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {"name": _("Name"), "page": _("Belongs to"), "elements": _("Elements"), "drawn": _("Rectangle")}
    return label_of(names, path)
