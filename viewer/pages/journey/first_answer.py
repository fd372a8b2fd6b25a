"""What a page says while its figures are those of one visitor in ten."""

from __future__ import annotations

from viewer.pages.frame.languages import Language


def first_words(lang: Language, visitors: int) -> str:
    """`visitors`: how many were counted."""
    return lang.text(
        "A first answer from one visitor in ten, %(visitors)s of them: intervals are wider. "
        "The exact numbers replace it as soon as they are counted.",
        visitors=lang.number(visitors),
    )
