"""The words of a question on a customer's page that its owner does not write, such as "Next" (survey_words.json)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

Words = Mapping[str, str | list[str]]

ALL: Mapping[str, Words] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
FALLBACK = "en"  # in which a language without words of ours is asked


def words_in(languages: Iterable[str]) -> dict[str, Words]:
    """Language → words, for those of the languages that have some; English for all others."""
    return {FALLBACK: ALL[FALLBACK]} | {code: ALL[code] for code in languages if code in ALL}
