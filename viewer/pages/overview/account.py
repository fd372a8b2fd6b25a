"""From what was received to what is counted, line by line: of visitors and of events."""

from __future__ import annotations

from typing import Protocol

from rules.question import Question
from viewer.pages.frame.languages import MINUS, Language
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.who.narrowed import Narrowed


class Ledger(Protocol):
    """`received` = `bots` + `excluded` + `outside` + `counted`."""

    @property
    def received(self) -> int: ...
    @property
    def bots(self) -> int: ...
    @property
    def excluded(self) -> int: ...
    @property
    def outside(self) -> int: ...
    @property
    def counted(self) -> int: ...


def outside_words(lang: Language, question: Question, narrowed: Narrowed) -> str:
    """The line of those who are not counted: it names the filters and the segment that they miss."""
    return narrowed.outside if question.filters or question.segment else lang.text("Outside the filters")


def ledger_rows(lang: Language, account: Ledger, received: str, counted: str, outside: str) -> tuple[LedgerRow, ...]:
    """Received → counted; `received`, `counted` and `outside` name these lines."""
    _ = lang.text

    def share(n: int) -> str:
        return lang.share(n / account.received) if account.received else ""

    def loss(label: str, n: int) -> LedgerRow:
        return LedgerRow(label, MINUS + lang.number(n) if n else "0", share(n))

    return (
        LedgerRow(received, lang.number(account.received), sum=True),
        loss(_("Bots"), account.bots),
        loss(_("Excluded visitors"), account.excluded),
        loss(outside, account.outside),
        LedgerRow(counted, lang.number(account.counted), share(account.counted), sum=True),
    )
