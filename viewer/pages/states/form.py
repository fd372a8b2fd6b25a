"""The form of a page state: read from the store or a submission, and converted to plain fields for the rules."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData

from store.definitions import Stored
from store.devices import DEVICES
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import label_of, lines, number, shown, shown_lines, text, version, versioned
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class StateForm:
    """The form's fields as typed, and their faults."""

    name: str = ""
    pages: str = ""
    steps: str = ""
    first: bool = False
    devices: tuple[str, ...] = ()
    place: str = "0"
    version: int = 0
    url: str = ""  # test address
    faults: FormFaults = FormFaults()

    @classmethod
    def of(cls, stored: Stored, url: str) -> StateForm:
        """The form filled with a stored definition, valid or not."""
        fields = stored.fields
        devices = fields.get("devices")
        return cls(
            name=shown(fields, "name"),
            pages=shown_lines(fields, "pages"),
            steps=shown_lines(fields, "steps"),
            first=fields.get("first") is True,
            devices=tuple(d for d in DEVICES if isinstance(devices, list | tuple) and d in devices),
            place=shown(fields, "place") or "0",
            version=stored.version,
            url=url,
        )

    @classmethod
    def typed(cls, form: FormData) -> StateForm:
        devices = tuple(str(device) for device in form.getlist("device"))
        return cls(
            name=text(form, "name"),
            pages=str(form.get("pages", "")),
            steps=str(form.get("steps", "")),
            first=text(form, "first") == "1",
            devices=() if len(devices) == len(DEVICES) else devices,
            place=text(form, "place"),
            version=version(form),
            url=text(form, "url"),
        )

    def fields(self, key: str = "") -> dict[str, object]:
        """As plain fields for rules/state.py; `key` of a new one."""
        fields: dict[str, object] = {
            "name": self.name,
            "pages": list(lines(self.pages)),
            "steps": self.steps.splitlines(),
            "first": self.first,
            "devices": list(self.devices),
        }
        if self.place:
            fields["place"] = number(self.place)
        if key:
            fields["key"] = key
        return versioned(fields, self.version)


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "key": _("Key"),
        "pages": _("Pages"),
        "steps": _("Steps"),
        "devices": _("Devices it applies to"),
        "place": _("Position in the order"),
    }
    return label_of(names, path)


def step_help(lang: Language) -> list[tuple[str, str]]:
    """An example of each kind of step, and what it does."""
    _ = lang.text
    return [
        ("click #menu-button", _("Click the first visible element that matches the selector")),
        ("hover nav .lamps", _("Move the pointer onto it and leave it there for the picture")),
        ("wait .menu", _("Wait until it is visible")),
        ("wait 500", _("Wait for this many milliseconds")),
        ("scroll .panel to 800", _("Scroll an element to a position in px, or to the bottom")),
        ("scroll page to bottom", _("Scroll the page, to show what appears on scrolling")),
        ("dismiss #cookies button", _("Click it if it is there, otherwise continue")),
    ]
