"""What stands around an exported map. In English, as everything that the API sends."""

from __future__ import annotations

from aggregator.measures.account import Account
from rules.find import named
from store.pages import page_path
from viewer.drawing.framed import Caption, FrameLegend
from viewer.maps import HeatmapAnswer, ReachAnswer
from viewer.questions import Asked


def caption_of(asked: Asked, found: HeatmapAnswer | ReachAnswer, legend: FrameLegend) -> Caption:
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
            _who(asked),
            counted,
        ),
        legend=legend,
        account=_account(figures.account),
    )


def _who(asked: Asked) -> str:
    """The filters in words."""
    question = asked.question
    segment = named(asked.known.segments, question.segment) if question.segment[:1] != "{" else None
    parts = [f"{one.what}: {', '.join(one.values)}" for one in question.filters]
    for name, value in (
        ("device", question.device),
        ("variant", ":".join(question.variant or ())),
        ("state", question.state),
        ("segment", segment.name if segment else "chosen by rules" if question.segment else ""),
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
