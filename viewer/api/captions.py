"""What stands around an exported map, and how its file is called. In English, as everything that the API sends."""

from __future__ import annotations

import re

from aggregator.measures.account import Account
from rules.question import Question
from store.pages import page_path
from viewer.drawing.framed import Caption
from viewer.maps import HeatmapAnswer, ReachAnswer
from viewer.questions import Asked

MOST_LETTERS = 60  # of a page in the name of a file


def file_name(asked: Asked, width: int) -> str:
    """Site, page, layer, width and days: `lamp-shop-basket-elements-1366px-2026-11-01-2026-11-28`."""
    question = asked.question
    since, until = question.period.span(asked.today)
    page = _plain(page_path(question.page))[:MOST_LETTERS].strip("-") or "home"
    parts = (_plain(asked.site.name) or "site", page, question.drawn_layer, f"{width}px", since, until)
    return "-".join(str(part) for part in parts)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def caption_of(asked: Asked, found: HeatmapAnswer | ReachAnswer, unit: str, scale: str, top: str = "") -> Caption:
    """Title, period, who is counted, how many, and the account of a map."""
    figures, question = found.figures, asked.question
    since, until = question.period.span(asked.today)
    title = figures.snapshot.title or page_path(question.page)
    days = f"{since.isoformat()} to {until.isoformat()} ({question.zone.name})"
    counted = f"{figures.visitors:,} visitors, {figures.views:,} views, {figures.account.drawn:,} drawn"
    return Caption(
        title=f"{title}: {question.drawn_layer}",
        lines=(
            f"{asked.site.name}, {question.page}, picture {figures.snapshot.width} px",
            days,
            _who(question),
            counted,
        ),
        unit=unit,
        account=_account(figures.account),
        scale=scale,
        top=top,
    )


def _who(question: Question) -> str:
    """The filters in words."""
    parts = [f"{one.what}: {', '.join(one.values)}" for one in question.filters]
    for name, value in (
        ("device", question.device),
        ("variant", ":".join(question.variant or ())),
        ("state", question.state),
        ("segment", "chosen by rules" if question.segment[:1] == "{" else question.segment),
    ):
        if value:
            parts.append(f"{name}: {value}")
    return "; ".join(parts) or "Everyone"


def _account(account: Account) -> tuple[tuple[str, str], ...]:
    lost = {
        "Bots": account.bots,
        "Excluded visitors": account.excluded,
        "Outside what is chosen": account.outside,
        "In other states": account.elsewhere,
        "Not placed": account.not_placed,
    }
    return (
        ("Received", f"{account.received:,}"),
        *((name, f"−{n:,}") for name, n in lost.items() if n),
        ("Drawn", f"{account.drawn:,}"),
    )
