"""Masks what may identify a person in a text that a visitor typed: mail addresses, account, card and phone numbers.

The rules are data (store/text_masks.json): parcours-ask.js has the same ones built in. tests/examples/texts.json has
examples for both. store/masking.py masks parts of addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files

import msgspec
from msgspec import Struct


class MaskRule(Struct, frozen=True):
    """What becomes `[name]`: each match of `pattern` that passes `check` ("": all do)."""

    name: str
    pattern: str
    check: str = ""


RULES = msgspec.json.decode(files("store").joinpath("text_masks.json").read_bytes(), type=tuple[MaskRule, ...])
# Both languages read the patterns alike: digits, words and spaces are those of ASCII.
_COMPILED = [(rule, re.compile(rule.pattern, re.IGNORECASE | re.ASCII)) for rule in RULES]


def masked_text(text: str) -> str:
    """The text with `[mail]`, `[iban]`, `[card]`, `[phone]` and `[number]` instead of such values.

    Masking a masked text changes nothing.

    >>> masked_text("Write to me@home.example or +33 6 12 34 56 78")
    'Write to [mail] or [phone]'
    """
    for rule, pattern in _COMPILED:
        text = _scanned(text, pattern, rule)
    return text


def _scanned(text: str, pattern: re.Pattern[str], rule: MaskRule) -> str:
    made, at, begin = "", 0, 0  # `at`: up to where `made` has the text; `begin`: where to search on
    while found := pattern.search(text, begin):
        length = _length(found[0], rule.check)
        begin = found.start() + max(length, 1)
        if length:
            made += f"{text[at : found.start()]}[{rule.name}]"
            at = begin
    return made + text[at:]


def _length(found: str, check: str) -> int:
    """How much of a match is masked: the longest beginning that passes the check; 0 for none."""
    if not check:
        return len(found)
    least, passes = _CHECKS[check]
    for end in range(len(found), least - 1, -1):
        compact = _SEPARATORS.sub("", found[:end])
        if found[end - 1].isalnum() and len(compact) >= least and passes(compact):
            return end
    return 0


def _is_iban(text: str) -> bool:
    """Checksum of ISO 13616."""
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def _passes_luhn(digits: str) -> bool:
    """Checksum of ISO/IEC 7812, which card numbers have."""
    total = 0
    for n, digit in enumerate(map(int, reversed(digits))):
        total += digit if n % 2 == 0 else digit * 2 - 9 * (digit > 4)
    return total % 10 == 0


_SEPARATORS = re.compile("[^a-z0-9]", re.IGNORECASE)
_CHECKS: Mapping[str, tuple[int, Callable[[str], bool]]] = {  # least characters
    "iban": (15, _is_iban),
    "luhn": (13, _passes_luhn),
}
