"""The form of an experiment: read from the store or a submission, and converted to plain fields for the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from store.definitions import Stored
from store.segments import Goal
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import items, lines, number, shown, shown_lines, text, version, versioned
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice

LETTERS = "ABCDEFGHIJ"


@dataclass(frozen=True)
class VariantForm:
    """One variant as typed. `share` is not shown and keeps its stored value."""

    key: str = ""
    name: str = ""
    picture_url: str = ""
    share: object = None


@dataclass(frozen=True)
class ExperimentForm:
    """The form's fields as typed, and their faults."""

    id: str = ""
    name: str = ""
    pages: str = ""
    variants: tuple[VariantForm, ...] = (VariantForm("a", "A"), VariantForm("b", "B"))
    goal: str = ""
    planned: str = ""
    started: str = ""
    ended: str = ""
    version: int = 0
    faults: FormFaults = FormFaults()

    @property
    def rows(self) -> list[tuple[str, VariantForm]]:
        """The variants with their letters; at least two rows."""
        blank = (VariantForm(),) * (2 - len(self.variants))
        return [(letter(n), variant) for n, variant in enumerate((*self.variants, *blank))]

    @classmethod
    def of(cls, stored: Stored) -> ExperimentForm:
        """The form filled with a stored definition, valid or not."""
        fields = stored.fields
        variants = [_variant(one) for one in items(fields, "variants")]
        planned = shown(fields, "planned")
        return cls(
            id=stored.id,
            name=shown(fields, "name"),
            pages=shown_lines(fields, "pages"),
            variants=tuple(variants),
            goal=shown(fields, "goal"),
            planned="" if planned == "0" else planned,
            started=shown(fields, "started"),
            ended=shown(fields, "ended"),
            version=stored.version,
        )

    @classmethod
    def typed(cls, form: FormData, stored: Stored | None) -> ExperimentForm:
        """The submitted form; variants' shares, which it does not show, keep their stored values."""
        shares = {shown(one, "key"): one.get("share") for one in items(stored.fields, "variants")} if stored else {}
        columns = [[str(v).strip() for v in form.getlist(f"variant_{name}")] for name in ("key", "name", "url")]
        usual = round(1 / max(1, len(columns[0])), 6)
        variants = tuple(
            VariantForm(key, name, url, shares.get(key, usual)) for key, name, url in zip(*columns, strict=False)
        )
        return cls(
            id=text(form, "id"),
            name=text(form, "name"),
            pages=str(form.get("pages", "")),
            variants=variants,
            goal=text(form, "goal"),
            planned=text(form, "planned"),
            started=text(form, "started"),
            ended=text(form, "ended"),
            version=version(form),
        )

    def fields(self) -> dict[str, object]:
        """As plain fields for rules/experiment.py."""
        fields: dict[str, object] = {
            "name": self.name,
            "pages": list(lines(self.pages)),
            "variants": [_plain(one) for one in self.variants],
            "goal": self.goal,
            "started": self.started,
            "ended": self.ended,
        }
        if self.id:  # otherwise it is derived from the name
            fields["id"] = self.id
        if self.planned:
            fields["planned"] = number(self.planned)
        return versioned(fields, self.version)


def goal_choices(lang: Language, goals: Iterable[Goal], chosen: str) -> list[Choice]:
    """The goals of a site by name, after no goal; one that was deleted stays chosen, with its id."""
    known = [Choice(goal.name, goal.id, goal.id == chosen) for goal in goals]
    gone = [] if not chosen or any(one.on for one in known) else [Choice(chosen, chosen, True)]
    return [Choice(lang.text("None"), "", not chosen), *known, *gone]


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "id": _("Key"),
        "pages": _("Pages"),
        "variants": _("Variants"),
        "goal": _("Goal"),
        "planned": _("Planned visitors per variant"),
        "started": _("First day"),
        "ended": _("Last day"),
    }
    top, *rest = path.split(".")
    if top != "variants" or len(rest) < 2 or not rest[0].isdecimal():
        return names.get(top, top)
    variant = _("Variant %(n)s", n=letter(int(rest[0])))
    parts = {"key": _("Key"), "name": _("Name"), "picture_url": _("Address for the picture")}
    return f"{variant}, {parts.get(rest[1], rest[1])}"


def letter(n: int) -> str:
    """The letter of the variant at this position; its number when the letters run out."""
    return LETTERS[n] if n < len(LETTERS) else str(n + 1)


def _variant(stored: Mapping[str, object]) -> VariantForm:
    return VariantForm(shown(stored, "key"), shown(stored, "name"), shown(stored, "picture_url"), stored.get("share"))


def _plain(variant: VariantForm) -> dict[str, object]:
    fields: dict[str, object] = {"key": variant.key, "name": variant.name, "picture_url": variant.picture_url}
    return fields if variant.share is None else fields | {"share": variant.share}
