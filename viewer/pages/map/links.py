"""Links of a map's page: each choice in its bar is the current question with one part changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from rules import period
from rules.period import Period
from rules.question import Question


@dataclass(frozen=True)
class Links:
    """`action`: path of the page. `every`: its table lists all elements. `in_path`: parameters that the path names.

    `default`: the period of this page's addresses that name none; None: the usual one. `extra`: parameters of the page
    beside those of the question.
    """

    action: str
    question: Question
    every: bool = False
    in_path: tuple[str, ...] = ()
    default: Period | None = None
    view: str = ""  # how two maps are shown; "" = side by side
    extra: tuple[tuple[str, str], ...] = ()

    def to(self, *, every: bool | None = None, **change: Any) -> str:
        """The same page with part of its question changed."""
        whole = self.every if every is None else every
        return address(self.action, self._query(replace(self.question, **change)) | self._shown(whole))

    def fields(self, *without: str) -> tuple[tuple[str, str], ...]:
        """The question as hidden form fields, without those that the form shows."""
        pairs = self._query(self.question) | self._shown(self.every)
        return tuple((name, value) for name, value in pairs.items() if name not in without)

    def keeping(self, **change: str) -> Links:
        """The same links with other parameters that are no part of the question; "" leaves one out."""
        pairs = dict(self.extra) | change
        return replace(self, extra=tuple((name, value) for name, value in pairs.items() if value))

    def _shown(self, every: bool) -> dict[str, str]:
        return ({"view": self.view} if self.view else {}) | ({"all": "1"} if every else {})

    def _query(self, question: Question) -> dict[str, str]:
        return self._of_question(question) | dict(self.extra)

    def _of_question(self, question: Question) -> dict[str, str]:
        if self.default is None:
            return question.query(*self.in_path)
        if question.period == self.default:
            return question.query(*self.in_path, *period.NAMES)
        return question.query(*self.in_path) | ({"days": str(period.DAYS)} if question.period == Period() else {})


def address(path: str, query: Mapping[str, str]) -> str:
    """A path with its query."""
    return path + (f"?{urlencode(query, safe='/:')}" if query else "")


def with_query(href: str, query: Mapping[str, str]) -> str:
    """An address with further parameters."""
    return f"{href}{'&' if '?' in href else '?'}{urlencode(query, safe='/:')}"
