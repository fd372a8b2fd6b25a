"""How long the whole journey takes, from the first touch to the goal, and why it is a lower bound."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.journey_figures import WholeDuration
from aggregator.measures.statistics import FEW
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney


@dataclass(frozen=True)
class WholeLine:
    """`median`, `p90`: empty of too few visitors; `basis`: who they are; `bounds`: what it leaves out."""

    goal: str
    median: str
    p90: str
    basis: str
    bounds: str


def whole_line(measured: MeasuredJourney) -> WholeLine | None:
    """The line about the whole journey; None without a goal."""
    whole, lang = measured.figures.whole, measured.lang
    if whole is None:
        return None
    shown = whole.shown
    known = shown.n >= FEW and shown.median is not None and shown.p90 is not None
    return WholeLine(
        goal=measured.goal_name(whole.goal),
        median=lang.span(shown.median) if known and shown.median is not None else "",
        p90=lang.span(shown.p90) if known and shown.p90 is not None else "",
        basis=_basis(lang, whole),
        bounds=_bounds(lang, whole),
    )


def _basis(lang: Language, whole: WholeDuration) -> str:
    shown = whole.shown
    if shown.n < FEW:
        return lang.text(
            "few: %(n)s of %(all)s who consented reached it, shown from %(least)s",
            n=lang.number(shown.n),
            all=lang.number(whole.visitors),
            least=FEW,
        )
    return lang.text(
        "%(n)s of the %(all)s visitors who consented",
        n=lang.number(shown.n),
        all=lang.number(whole.visitors - whole.left_out if whole.closed.n else whole.visitors),
    )


def _bounds(lang: Language, whole: WholeDuration) -> str:
    """What makes it a lower bound."""
    if whole.closed.n:
        still = lang.text("%(n)s more are left out: their time is not over.", n=lang.number(whole.left_out))
    else:
        still = lang.text(
            "%(n)s more have not reached it yet, so the true times may be longer.",
            n=lang.number(whole.visitors - whole.so_far.n),
        )
    unknown = lang.text(
        "A journey begins with the first touch in the period. Visitors who did not consent are not counted here: they "
        "are recognised for one day only."
    )
    has_more = whole.left_out if whole.closed.n else whole.visitors - whole.so_far.n
    return f"{still} {unknown}" if has_more else unknown
