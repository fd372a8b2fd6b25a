"""Converts the fields of an HTML form to plain JSON-like values and back. The rules validate them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import FormData

_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}[.,]\d{1,9}")


def text(form: FormData, name: str) -> str:
    """A field as typed, stripped; empty if it was not sent."""
    return str(form.get(name, "")).strip()


def lines(words: str) -> tuple[str, ...]:
    """The lines of a text field, without empty lines and duplicates. Commas separate too."""
    return tuple(dict.fromkeys(line.strip() for line in words.replace(",", "\n").splitlines() if line.strip()))


def number(words: str) -> int | str:
    """A whole number; any other text unchanged, for the rules to reject."""
    return int(words) if _WHOLE.fullmatch(words) else words


def decimal(words: str) -> int | float | str:
    """A number, with a point or a comma; any other text unchanged, for the rules to reject."""
    if _DECIMAL.fullmatch(words):
        return float(words.replace(",", "."))
    return number(words)


def version(form: FormData) -> int:
    """The version the form was opened with; 0 for a new record."""
    typed = number(text(form, "version"))
    return typed if isinstance(typed, int) and typed > 0 else 0


def versioned(fields: Mapping[str, object], version: int) -> dict[str, object]:
    """The fields with the version that they change; a new record, 0, has none."""
    return {**fields, "version": version} if version else dict(fields)


def label_of(labels: Mapping[str, str], path: str) -> str:
    """The label of the field that a path such as `steps.2` belongs to; a field without a label is its own."""
    top = path.partition(".")[0]
    return labels.get(top, top)


def shown(stored: Mapping[str, object], name: str) -> str:
    """A stored value of any type as the text of a form field."""
    value = stored.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def shown_lines(stored: Mapping[str, object], name: str) -> str:
    """A stored list with items of any type as the lines of a text field."""
    value = stored.get(name)
    return "\n".join(str(item) for item in value) if isinstance(value, list | tuple) else shown(stored, name)


def items(stored: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The objects in a stored list; other items are ignored."""
    value = stored.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def mapping(stored: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A stored object; empty if it is missing."""
    value = stored.get(name)
    return value if isinstance(value, Mapping) else {}
