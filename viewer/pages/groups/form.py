"""The form of a page group: read from the store or a submission, and converted to plain fields for the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData

from rules.page_group import pattern_faults
from store.definitions import Stored
from store.page_groups import PageGroup
from viewer.pages.forms.faults import FormFaults
from viewer.pages.forms.fields import label_of, lines, shown, shown_lines, text, version, versioned
from viewer.pages.frame.languages import Language

LISTS = ("changes", "all", "ungrouped")  # which addresses the tester lists


@dataclass(frozen=True)
class GroupForm:
    """The fields as typed, and their faults. `tried`, `listed` and `find` are those of the tester, never stored."""

    name: str = ""
    pages: str = ""
    without: str = ""
    picture_of: str = ""
    version: int = 0
    tried: str = ""
    listed: str = LISTS[0]
    find: str = ""
    faults: FormFaults = FormFaults()

    @classmethod
    def of(cls, stored: Stored) -> GroupForm:
        """The form filled with a stored definition, valid or not."""
        fields = stored.fields
        return cls(
            name=shown(fields, "name"),
            pages=shown_lines(fields, "pages"),
            without=shown_lines(fields, "without"),
            picture_of=shown(fields, "picture_of"),
            version=stored.version,
        )

    @classmethod
    def begun(cls, query: Mapping[str, str]) -> GroupForm:
        """The form of a new group, filled by a link."""
        pages = query.get("pages", "")
        return cls(name=query.get("name", ""), pages=pages, listed="all" if pages else LISTS[0])

    @classmethod
    def typed(cls, form: FormData) -> GroupForm:
        listed = text(form, "list")
        return cls(
            name=text(form, "name"),
            pages=str(form.get("pages", "")),
            without="\n".join(filter(None, (str(form.get("without", "")).rstrip(), text(form, "leave")))),
            picture_of=text(form, "picture_of"),
            version=version(form),
            tried=text(form, "try"),
            listed=listed if listed in LISTS else LISTS[0],
            find=text(form, "find"),
        )

    def fields(self) -> dict[str, object]:
        """As plain fields for rules/page_group.py."""
        fields: dict[str, object] = {
            "name": self.name,
            "pages": list(lines(self.pages)),
            "without": list(lines(self.without)),
            "picture_of": self.picture_of,
        }
        return versioned(fields, self.version)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns that can be read, for the tester."""
        pages, without = (
            tuple(one for one in lines(words)[:50] if not any(pattern_faults(one, "")))
            for words in (self.pages, self.without)
        )
        return PageGroup(id="", site="", key="x", name="x", pages=pages, without=without).patterns


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    names = {
        "name": _("Name"),
        "key": _("Key"),
        "pages": _("Addresses that belong"),
        "without": _("But not"),
        "picture_of": _("Picture of"),
        "pattern": _("Pattern"),
    }
    return label_of(names, path)
