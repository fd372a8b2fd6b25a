"""URL parameters that are not part of a question: formats, palettes, strip numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from viewer.http.errors import Problem, bad_parameter


def number(query: Mapping[str, str], name: str, low: int, high: int) -> int | None:
    """A whole number within bounds; None if it is not given."""
    text = query.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise bad_parameter(name, f"{text[:40]!r} is not valid.", f"a whole number from {low} to {high}")
    return int(text)


def fraction(query: Mapping[str, str], name: str, above: float, below: float) -> float:
    """A required number between two bounds, both excluded, and not 0."""
    text, allowed = query.get(name, ""), f"a number above {above} and below {below}, but not 0"
    value = float(text) if re.fullmatch(r"[+-]?[0-9]{0,4}(\.[0-9]{1,9})?", text) and text.strip("+-") else 0.0
    if not above < value < below or not value:
        raise bad_parameter(name, f"{text[:40]!r} is not valid.", allowed)
    return value


def choice(query: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> Any:
    """One of `allowed`; `default` if it is not given."""
    text = query.get(name) or default
    if text not in allowed and text != default:
        raise bad_parameter(name, f"{text[:40]!r} is not valid.", ", ".join(allowed))
    return text


def only(query: Mapping[str, str], allowed: tuple[str, ...]) -> None:
    """Reject unknown parameters: a misspelt one would silently give the wrong answer."""
    hint = f"Allowed: {', '.join(allowed)}" if allowed else "There are none: send fields in the body, as JSON."
    for name in query:
        if name not in allowed:
            raise Problem(400, "unknown_parameter", f"There is no parameter {name[:40]!r} here.", hint)
