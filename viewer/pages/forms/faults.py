"""The faults of a form: each beside its field, and all of them in a summary at the top."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.faults import Fault, Scalar
from rules.find import Rejected
from viewer.pages.forms.words import definition_words
from viewer.pages.frame.languages import Language

Labels = Callable[[Language, str], str]  # what a form calls a field, by its path; "" for one it does not have


@dataclass(frozen=True)
class FieldFault:
    """One fault of one field. `field`, `code` and `values` are those of rules/faults.py."""

    field: str
    code: str
    values: Mapping[str, Scalar]
    label: str  # of the field; empty for the whole
    words: str


@dataclass(frozen=True)
class FormFaults:
    """All faults of a form, and any other reason why it was not saved."""

    heading: str = ""
    all: tuple[FieldFault, ...] = ()
    note: str = ""  # e.g. who changed the record first
    status: int = field(default=200, compare=False)

    def __bool__(self) -> bool:
        return bool(self.all or self.note)

    def at(self, path: str) -> list[FieldFault]:
        """The faults of this field itself and of its plain list items, such as `pages.2`."""
        return [one for one in self.all if path in (one.field, _list_of(one.field))]


@dataclass(frozen=True)
class RejectedRow:
    """A stored definition that the current rules reject. `href`: its form; empty if the person may not edit it."""

    id: str
    name: str
    href: str
    faults: FormFaults


def form_faults(lang: Language, kind: str, faults: Iterable[Fault], labels: Labels, note: str = "") -> FormFaults:
    """The faults of a record of this kind (a key of store.definitions.KINDS), worded."""
    worded = tuple(
        FieldFault(one.field, one.code, one.values, labels(lang, one.field), definition_words(lang, kind, one))
        for one in faults
    )
    heading = lang.plural(
        "Not saved: %(num)s problem to correct.", "Not saved: %(num)s problems to correct.", len(worded)
    )
    return FormFaults(heading if worded else "", worded, note, 422 if worded else 200)


def stored_faults(lang: Language, found: Rejected[Any] | Any, labels: Labels) -> FormFaults:
    """The faults of a stored definition, for its form; none for a record that the rules accept."""
    if not isinstance(found, Rejected):
        return FormFaults()
    note = lang.text("This was stored by an earlier version and is no longer valid. Correct it and save.")
    worded = form_faults(lang, found.kind, found.faults, labels)
    return FormFaults(all=worded.all, note=note)


def rejected_row(lang: Language, found: Rejected[Any], labels: Labels, href: str) -> RejectedRow:
    return RejectedRow(found.id, found.name, href, form_faults(lang, found.kind, found.faults, labels))


def too_late(lang: Language, conflict: Exception) -> FormFaults:
    """Somebody else changed the record first; the submitted fields are kept."""
    words = lang.text("Not saved; what you typed is still here.")
    return FormFaults(note=f"{words} {conflict}", status=409)


def _list_of(path: str) -> str:
    """`pages` for `pages.2`; empty for fields of items, such as `variants.1.key`."""
    name, _, number = path.rpartition(".")
    return name if number.isdecimal() else ""
