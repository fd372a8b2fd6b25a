"""Maps of those who gave an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.question import Question
from rules.segment import text_of_tree
from store.segments import Group, Rule
from viewer.http.urls import Urls


@dataclass(frozen=True)
class AnswerMaps:
    """Addresses of maps among the visitors of a question who gave an answer to the survey."""

    urls: Urls
    question: Question
    survey: str

    def score(self, page: str, question: str, score: int) -> str:
        """The map of those who gave this score; "" without a page."""
        return self._of(page, Rule(what="answered", scope="visitor", name=f"{self.survey}/{question}", least=score,
                                   most=score))  # fmt: skip

    def option(self, page: str, question: str, option: str) -> str:
        """The map of those who chose this entry of a list; "" without a page."""
        return self._of(page, Rule(what="answered", scope="visitor", name=f"{self.survey}/{question}/{option}"))

    def answer(self, page: str, question: str) -> str:
        """The map of those who answered the question; "" without a page."""
        return self._of(page, Rule(what="answered", scope="visitor", name=f"{self.survey}/{question}"))

    def _of(self, page: str, rule: Rule) -> str:
        if not page:
            return ""
        narrowed = (self.question.tree,) if self.question.tree else ()
        asked = replace(self.question, page=page, segment=text_of_tree(Group(rules=(rule,), groups=narrowed)))
        return self.urls.heatmap(str(self.question.site), **asked.query())
