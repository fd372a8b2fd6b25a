"""Scores of surveys in words: NPS, CSAT and CES with their intervals."""

from __future__ import annotations

from aggregator.measures.feedback import ScoreFigure, ShareFigure
from viewer.pages.frame.languages import Language

NAMES = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}


def value_words(lang: Language, figure: ScoreFigure) -> str:
    """The figure alone: `+20.6`, `58.0%`, `3.1`; `few` under 20 answers."""
    if figure.value is None:
        return lang.text("few")
    return score_words(lang, figure.kind, figure.value)


def interval_words(lang: Language, figure: ScoreFigure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    low, high = (score_words(lang, figure.kind, one) for one in (figure.low, figure.high))
    return lang.text("%(low)s to %(high)s", low=low, high=high)


def score_words(lang: Language, kind: str, value: float) -> str:
    """A value in the unit of its kind: points, a share, a mean."""
    if kind == "nps":
        return ("+" if value > 0 else "") + lang.number(value, 1)
    return lang.share(value) if kind == "csat" else lang.number(value, 1)


def share_words(lang: Language, share: ShareFigure) -> tuple[str, str]:
    """A share and its interval; empty without any."""
    if share.share is None or share.low is None or share.high is None:
        return "", ""
    return lang.share(share.share), lang.between(share.low, share.high)
