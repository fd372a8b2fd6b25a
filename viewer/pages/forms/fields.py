"""From the fields of an HTML form to plain values, as JSON would have them, and back. The rules judge them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import FormData

_WHOLE = re.compile(r"-?\d{1,15}")


def text(form: FormData, name: str) -> str:
    """A field as typed, without spaces around it; empty when it was not sent."""
    return str(form.get(name, "")).strip()


def lines(words: str) -> tuple[str, ...]:
    """The lines of a text field, without empty ones and repetitions. Commas divide too."""
    return tuple(dict.fromkeys(line.strip() for line in words.replace(",", "\n").splitlines() if line.strip()))


def number(words: str) -> int | str:
    """A whole number; any other text as it is, for the rules to judge."""
    return int(words) if _WHOLE.fullmatch(words) else words


def version(form: FormData) -> int:
    """The version that the form began from; 0 for a new record."""
    typed = number(text(form, "version"))
    return typed if isinstance(typed, int) and typed > 0 else 0


def shown(stored: Mapping[str, object], name: str) -> str:
    """A stored value, whatever it is, as the text of a form's field."""
    value = stored.get(name)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def shown_lines(stored: Mapping[str, object], name: str) -> str:
    """A stored list, whatever is in it, as the lines of a text field."""
    value = stored.get(name)
    return "\n".join(str(item) for item in value) if isinstance(value, list | tuple) else shown(stored, name)


def items(stored: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The objects of a stored list, whatever else is in it."""
    value = stored.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def mapping(stored: Mapping[str, object], name: str) -> Mapping[str, object]:
    """A stored object; empty when there is none."""
    value = stored.get(name)
    return value if isinstance(value, Mapping) else {}
