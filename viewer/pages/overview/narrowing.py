"""The lines of the overview's tables as filters: a link narrows the page to a line, or back out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aggregator.shapes.overview import Split
from rules.question import Question
from viewer.pages.who.narrowing import toggled, values_of


@dataclass(frozen=True)
class NarrowedLine:
    """One value that narrows who is counted."""

    by: Split
    value: str

    def is_on(self, question: Question) -> bool:
        """Whether the question is narrowed to it."""
        return question.device == self.value if self.by == "device" else self.value in values_of(question, self.by)

    def change(self, question: Question) -> dict[str, Any]:
        """The parts of the question that narrow it to the value too, or no longer."""
        if self.by == "device":
            return {"device": "" if question.device == self.value else self.value}
        return {"filters": toggled(question, self.by, self.value)}
