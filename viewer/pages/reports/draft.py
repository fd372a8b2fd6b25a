"""A report while somebody edits it: read from a form and changed by the form's buttons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import FormData

from store.definitions import Stored
from store.reports import MOST_PARTS
from viewer.pages.forms.fields import items, mapping, shown, text, version, versioned

Part = dict[str, Any]


@dataclass(frozen=True)
class ReportDraft:
    """Every change returns another draft."""

    name: str = ""
    lead: str = ""
    parts: Sequence[Part] = field(default_factory=tuple)
    version: int = 0

    @classmethod
    def of(cls, stored: Stored) -> ReportDraft:
        """A stored report, valid or not."""
        fields = stored.fields
        return cls(shown(fields, "name"), shown(fields, "lead"), [dict(one) for one in items(fields, "parts")],
                   stored.version)  # fmt: skip

    @classmethod
    def typed(cls, form: FormData) -> ReportDraft:
        """The submitted form; the map of a part comes along as `partN_query`."""
        parts: list[Part] = []
        for n in range(MOST_PARTS):
            kind = text(form, f"part{n}_kind")
            if kind not in ("text", "map"):
                break
            part: Part = {
                "kind": kind,
                "heading": text(form, f"part{n}_heading"),
                "text": str(form.get(f"part{n}_text", "")).strip().replace("\r\n", "\n"),
            }
            if kind == "map":
                part |= {"query": query_of(text(form, f"part{n}_query")), "whole": f"part{n}_whole" in form}
            parts.append(part)
        return cls(text(form, "name"), str(form.get("lead", "")).strip().replace("\r\n", "\n"), parts, version(form))

    def given(self) -> dict[str, Any]:
        """As fields for rules/report.py. Figures are fixed when they are saved."""
        parts = [{name: value for name, value in one.items() if name != "figures"} for one in self.parts]
        return versioned({"name": self.name, "lead": self.lead, "parts": parts}, self.version)

    def with_text(self) -> ReportDraft:
        return self._with([*self.parts, {"kind": "text"}])

    def with_map(self, query: Mapping[str, str]) -> ReportDraft:
        return self._with([*self.parts, {"kind": "map", "query": dict(query)}])

    def without(self, n: int) -> ReportDraft:
        return self._with([one for i, one in enumerate(self.parts) if i != n])

    def moved(self, n: int, by: int) -> ReportDraft:
        """A part `by` places further; unchanged at the ends."""
        parts, to = list(self.parts), n + by
        if 0 <= n < len(parts) and 0 <= to < len(parts):
            parts[n], parts[to] = parts[to], parts[n]
        return self._with(parts)

    def _with(self, parts: Sequence[Part]) -> ReportDraft:
        return replace(self, parts=parts[:MOST_PARTS])


def query_of(typed: str) -> dict[str, str]:
    """The parameters of a map from JSON, from its address, or from the part of it after `?`."""
    if typed.startswith("{"):
        try:
            found = json.loads(typed)
        except ValueError:
            return {}
        return {str(name): value for name, value in mapping({"q": found}, "q").items() if isinstance(value, str)}
    return dict(parse_qsl(typed.partition("?")[2] or typed))
