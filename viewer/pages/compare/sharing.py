"""What a read-only link to a comparison shows."""

from __future__ import annotations

from rules.question import Question
from rules.share import SharedThing
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import with_query
from viewer.pages.share.panel import Sharing


def comparison_sharing(lang: Language, question: Question, name: str, close: str) -> Sharing:
    """`name`: of the comparison; `close`: the address of its page."""
    return Sharing(
        thing=SharedThing("comparison", question),
        heading=lang.text("Share this comparison"),
        shows=lang.text(
            "%(name)s: the two maps on one scale, their difference with its intervals, and the accounts.", name=name
        ),
        here=with_query(close, {"share": "1"}),
        close=close,
    )
