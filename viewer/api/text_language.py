"""The language of the texts in a file of a journey."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request

from rules.question import JOURNEY
from viewer.http.parameters import choice
from viewer.questions import Asked, Questions

LANGUAGES = ("en", "fr")
NAME = "names"
TextLanguage = Literal["en", "fr"]


async def read_with_language(request: Request, questions: Questions) -> tuple[Asked, TextLanguage]:
    """The question of a request for a file, checked, and the language of its texts.

    `names` is that language. `language` is a filter of visitors, as everywhere; without `names` it is the language of
    the texts instead, as in addresses that were made before there was `names`.
    """
    query = request.query_params
    if query.get(NAME):
        asked = await questions.read(request, JOURNEY)
        language = choice(query, NAME, LANGUAGES, LANGUAGES[0])
    else:
        others = {name: value for name, value in query.items() if name != "language"}
        asked = await questions.resolve(await questions.known(request), others, JOURNEY)
        language = choice(query, "language", LANGUAGES, LANGUAGES[0])
    asked.checked()
    return asked, language
