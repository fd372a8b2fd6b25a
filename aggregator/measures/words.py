"""Words of free texts, counted by stem: once for each text. Nothing is guessed about what they mean. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

import snowballstemmer

STEMMED = {"en": "english", "fr": "french"}  # language → algorithm
LEAST_LETTERS = 3
LEAST_TEXTS = 2  # that a listed word is in
MOST_WORDS = 200
_MASKS = re.compile(r"\[(?:mail|iban|card|phone|number)\]")
_WORD = re.compile(r"[^\W\d_]+")
# Words that every text has. Articles and pronouns of two letters are too short anyway.
_ENGLISH = """
the and for you your that this with was were are not but have has had its they them there then than from what when
which who how why can could would should will just very too also any all one our out off into about did does don doesn
didn isn wasn she her his him been being more most some only
"""
_FRENCH = """
les des une est pas que qui pour dans sur avec mais plus tout tous toute toutes sont était été être avoir fait ont aux
ces ses mes vos nos leur leurs cette cet son par sans très trop bien peu comme quand aussi car donc ils elle elles nous
vous moi lui rien même encore avez
"""
COMMON: Mapping[str, frozenset[str]] = {"en": frozenset(_ENGLISH.split()), "fr": frozenset(_FRENCH.split())}


@dataclass(frozen=True)
class CountedWord:
    """A stem. `word`: its commonest form, `forms`: the others; `texts`: how many have it; `score`: the median of what
    their authors gave, None if they gave none."""

    word: str
    forms: tuple[str, ...]
    texts: int
    score: float | None
    stem: str


def stem_of(word: str, language: str) -> str:
    """The stem of a word in lower case: the word itself in languages that are not stemmed."""
    algorithm = STEMMED.get(language.partition("-")[0])
    return str(_stemmer(algorithm).stemWord(word)) if algorithm else word


def words_of(text: str, language: str) -> list[tuple[str, str]]:
    """(stem, word) of each word that is counted, in the order of the text."""
    common = COMMON.get(language.partition("-")[0], frozenset())
    found = (word.lower() for word in _WORD.findall(_MASKS.sub(" ", text)))
    return [(stem_of(one, language), one) for one in found if len(one) >= LEAST_LETTERS and one not in common]


def counted_words(texts: Iterable[tuple[str, str, int | None]]) -> list[CountedWord]:
    """The words in LEAST_TEXTS texts or more, the commonest first. `texts`: (text, language, score of its author)."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    scores: dict[str, list[int]] = defaultdict(list)
    count: Counter[str] = Counter()
    for text, language, score in texts:
        found = dict.fromkeys(words_of(text, language))
        for stem, word in found:
            forms[stem][word] += 1
        for stem in dict.fromkeys(stem for stem, _ in found):
            count[stem] += 1
            if score is not None:
                scores[stem].append(score)
    listed = [stem for stem, n in sorted(count.items(), key=lambda one: (-one[1], one[0])) if n >= LEAST_TEXTS]
    return [_word(stem, count[stem], forms[stem], scores[stem]) for stem in listed[:MOST_WORDS]]


def _word(stem: str, texts: int, forms: Counter[str], scores: list[int]) -> CountedWord:
    ordered = [form for form, _ in sorted(forms.items(), key=lambda one: (-one[1], one[0]))]
    return CountedWord(ordered[0], tuple(ordered[1:]), texts, float(median(scores)) if scores else None, stem)


@cache
def _stemmer(algorithm: str) -> Any:
    return snowballstemmer.stemmer(algorithm)
