"""The form of a goal: read from the store, an address or a submission, and converted to plain fields for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from rules.goal import ACTIONS
from store.definitions import Stored
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import decimal, mapping, number, shown, text, version, versioned
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice

PERCENT = ("scrolled",)  # what has its amount in percent on the form


@dataclass(frozen=True)
class GoalForm:
    """The form's fields as typed, and their faults. `event`: the name of an event."""

    name: str = ""
    what: str = "saw"
    page: str = ""
    element: str = ""
    event: str = ""
    least: str = ""
    most: str = ""
    counted: str = "once"
    within_days: str = ""
    version: int = 0
    faults: FormFaults = FormFaults()

    @classmethod
    def of(cls, stored: Stored) -> GoalForm:
        """The form filled with a stored definition, valid or not."""
        fields, action = stored.fields, mapping(stored.fields, "action")
        what, within = shown(action, "what"), shown(fields, "within_days")
        amount, least = action.get("least"), shown(action, "least")
        if what in PERCENT and isinstance(amount, int | float):
            least = f"{100 * amount:g}"
        return cls(
            name=shown(fields, "name"),
            what=what,
            page=shown(action, "page"),
            element=shown(action, "element"),
            event=shown(action, "name"),
            least=least,
            most=shown(action, "most"),
            counted=shown(fields, "counted") or "once",
            within_days="" if within == "0" else within,
            version=stored.version,
        )

    @classmethod
    def begun(cls, query: Mapping[str, str]) -> GoalForm:
        """A new goal, with what an address says of it: `?what=sent&event=order`."""
        what = query.get("what", "saw")
        return cls(
            name=query.get("name", "")[:120],
            what=what if what in ACTIONS else "saw",
            page=query.get("page", "")[:2048],
            element=query.get("element", "")[:16],
            event=query.get("event", "")[:300],
        )

    @classmethod
    def typed(cls, form: FormData) -> GoalForm:
        """The submitted form."""
        return cls(
            name=text(form, "name"),
            what=text(form, "what"),
            page=text(form, "page"),
            element=text(form, "element"),
            event=text(form, "event"),
            least=text(form, "least"),
            most=text(form, "most"),
            counted=text(form, "counted"),
            within_days=text(form, "within_days"),
            version=version(form),
        )

    def fields(self) -> dict[str, object]:
        """As plain fields for rules/goal.py: of the action, those that its kind has."""
        given: dict[str, object] = {"page": self.page, "element": self.element, "name": self.event}
        given |= {name: decimal(value) for name in ("least", "most") if (value := getattr(self, name))}
        least = given.get("least")
        if self.what in PERCENT and isinstance(least, int | float):
            given["least"] = least / 100
        own = ACTIONS.get(self.what, ())
        fields: dict[str, object] = {
            "name": self.name,
            "action": {"what": self.what} | {name: value for name, value in given.items() if name in own},
            "counted": self.counted,
        }
        if self.within_days:
            fields["within_days"] = number(self.within_days)
        return versioned(fields, self.version)


def kinds(lang: Language, chosen: str) -> list[Choice]:
    """What a goal can be; the address of each is its name in the rules."""
    _ = lang.text
    names = {
        "saw": _("a page is seen"),
        "clicked": _("an element is clicked"),
        "sent": _("an event happens"),
        "submitted": _("a form is sent"),
        "stayed": _("a visitor stays for some time"),
        "scrolled": _("a page is seen down to a depth"),
    }
    return [Choice(names[what], what, what == chosen) for what in ACTIONS]


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "action": _("Reached when"),
        "action.what": _("Reached when"),
        "action.page": _("Page"),
        "action.element": _("Element"),
        "action.name": _("Event"),
        "action.least": _("At least"),
        "action.most": _("At most"),
        "counted": _("Counted"),
        "within_days": _("Within days"),
    }
    return names.get(path, path)
