"""Numbers as people and spreadsheets write them: with a decimal point or a decimal comma."""

from __future__ import annotations

import math
import re

_SPACES = re.compile(r"\s|'|’")  # between thousands
_COMMAS_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_COMMA_IS_DECIMAL = re.compile(r"[+-]?(\d*|[1-9]\d{0,2}(\.\d{3})+),\d*")


class NotNumber(ValueError):
    """The text is not a number."""


class TwoNumbers(NotNumber):
    """The text can be read as two different numbers: `1,234` is 1.234 in one country and 1234 in another."""


def number_of(text: str) -> float:
    """`59.90`, `59,90`, `1.234,56`, `1 234,56` and `1,234.56` as numbers. NotNumber for anything else, and for values
    that are not finite."""
    try:
        found = float(_with_point(text) if "," in text else text)
    except TwoNumbers:
        raise
    except (ValueError, OverflowError):
        raise NotNumber(text) from None
    if not math.isfinite(found):
        raise NotNumber(text)
    return found


def _with_point(text: str) -> str:
    """Text with a comma as Python reads it."""
    text = _SPACES.sub("", text)
    if _COMMAS_GROUP.fullmatch(text):
        if "." not in text and text.count(",") == 1:
            raise TwoNumbers(text)
        return text.replace(",", "")
    if _COMMA_IS_DECIMAL.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    return text
