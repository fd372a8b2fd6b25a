"""What the pages of reports and saved maps call their parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.layers import layer_names
from viewer.pages.sentences.names import device_label


def label(lang: Language, path: str) -> str:
    """The form's label of a field."""
    _ = lang.text
    top, *rest = path.split(".")
    names = {"name": _("Name"), "lead": _("What it says first"), "parts": _("Parts"), "query": _("Map")}
    if top != "parts" or not rest or not rest[0].isdecimal():
        return names.get(top, top)
    return _("Part %(n)s", n=int(rest[0]) + 1)


def map_line(lang: Language, query: Mapping[str, str]) -> str:
    """What a map shows, in words: layer, page, device, days."""
    names = {str(name): words for name, words in layer_names(lang).items()}
    layer = names.get(query.get("kind", ""), "")
    said = [query.get("page", ""), layer]
    if device := query.get("device"):
        said.append(device_label(lang, device))
    since, until = _day(lang, query.get("since")), _day(lang, query.get("until"))
    if since and until:
        said.append(f"{since} – {until}")
    elif days := query.get("days"):
        said.append(lang.text("the last %(n)s days", n=days))
    return " · ".join(part for part in said if part)


def _day(lang: Language, typed: str | None) -> str:
    try:
        return lang.day(date.fromisoformat(typed or ""))
    except ValueError:
        return ""
