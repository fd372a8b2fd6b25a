"""What was measured of two sets: the sentence, the two maps, goals, reach, the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.answers.sets_figures import SetFigures
from aggregator.measures.share_differences import LEVEL, ShareDifference
from viewer.maps import SetsAnswer
from viewer.pages.compare.chooser import Choosing
from viewer.pages.compare.compared import Compared, sets_compared
from viewer.pages.compare.result import MapAccount, Pane, Table, map_account
from viewer.pages.compare.rows import (
    DifferencePane,
    axis_of,
    difference_of,
    level_words,
    reach_of,
    rows_of,
    says_something,
    shown_names,
)
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map import notes as map_notes
from viewer.pages.map.legend import Legend, heat_legend
from viewer.pages.map.picture import Strips, drawn_picture

QUARTERS = (75, 50, 25)


@dataclass(frozen=True)
class ShareLine:
    """One share of both sets: a goal, or frustration."""

    name: str
    a: str
    b: str
    difference: str
    interval: str
    css: str


@dataclass(frozen=True)
class ReachLine:
    """How far down a share of the views of each set came."""

    name: str
    a: str
    b: str


@dataclass(frozen=True)
class SetsResult:
    """The sentence (`lead`, `rest`), what to know about it (`notes`), the maps, their difference and the tables."""

    lead: str
    rest: str
    random: str
    notes: tuple[str, ...]
    panes: list[Pane]
    legend: Legend
    difference: DifferencePane
    shares: tuple[ShareLine, ...]
    share_interval: str
    reach: tuple[ReachLine, ...]
    accounts: tuple[MapAccount, ...]
    table: Table


def sets_result(choosing: Choosing, found: SetsAnswer, strips: Sequence[Strips], every: bool) -> SetsResult:
    lang, links, figures, compared = choosing.lang, choosing.links, found.figures, sets_compared(found)
    reach = reach_of(compared)
    lead, rest = _sentence(choosing, compared, figures.level)
    a, b = figures.sets
    return SetsResult(
        lead=lead,
        rest=rest,
        random=next((map_notes.words_of(lang, w) for w in figures.warnings if w.code == "not_random"), ""),
        notes=_notes(choosing, found),
        panes=[_pane(choosing, one, drawn, figures.scale.cap) for one, drawn in zip(figures.sets, strips, strict=True)],
        legend=heat_legend(lang, figures.scale, compared.kind, shared=True),
        difference=difference_of(lang, choosing.pictures_of("b"), choosing.site, compared, strips[1], reach),
        shares=_share_lines(lang, found),
        share_interval=lang.text("%(level)s interval", level=lang.share(LEVEL, 0)),
        reach=_reach_lines(lang, a, b),
        accounts=tuple(map_account(lang, one.set.upper(), choosing.name(one.set), one) for one in figures.sets),
        table=Table(
            rows=rows_of(lang, compared, reach, every),
            all_rows=None
            if every or all(says_something(row) for row in compared.rows)
            else Choice(lang.text("All %(n)s elements", n=lang.number(len(compared.rows))), links.to(every=True)),
            axis=axis_of(lang, reach),
            interval_label=lang.text("%(level)s interval", level=level_words(lang, figures.level)),
            method=_method(lang, compared),
        ),
    )


def _sentence(choosing: Choosing, compared: Compared, level: float) -> tuple[str, str]:
    """The largest difference, or why there is none."""
    lang, _ = choosing.lang, choosing.lang.text
    match compared.verdict:
        case "nobody":
            empty = next((letter for letter, of in zip("ab", ("na", "nb"), strict=True)
                          if not any(getattr(row, of) for row in compared.rows)), "a")  # fmt: skip
            return _("There is nobody in one of the sets."), _(
                "Choose another period or set instead of “%(name)s”.", name=choosing.name(empty)
            )
        case "few":
            return _("Too few visitors used anything here to draw a conclusion."), ""
        case "none":
            return _("No difference seen."), _(
                "That does not prove that there is none: a small difference can go unnoticed among so few visitors."
            )
    best = max((r for r in compared.rows if r.verdict in ("more", "less")), key=lambda r: abs(r.diff))
    values = {
        "name": shown_names(lang, compared)[best.path],
        "a": lang.share(best.share_a or 0.0),
        "b": lang.share(best.share_b or 0.0),
        "set_a": choosing.name("a"),
        "set_b": choosing.name("b"),
    }
    lead = (
        _("“%(name)s” was clicked by %(b)s in “%(set_b)s”, by %(a)s in “%(set_a)s”:", **values)
        if compared.kind == "click"
        else _("“%(name)s” was pointed at by %(b)s in “%(set_b)s”, by %(a)s in “%(set_a)s”:", **values)
    )
    rest = _(
        "%(points)s points (%(level)s interval %(low)s to %(high)s). %(n)s of %(all)s elements differ.",
        points=lang.points(best.diff),
        level=level_words(lang, level),
        low=lang.points(best.low),
        high=lang.points(best.high),
        n=lang.number(compared.differ),
        all=lang.number(compared.tested),
    )
    return lead, rest


def _notes(choosing: Choosing, found: SetsAnswer) -> tuple[str, ...]:
    """Warnings of the comparison and of the two maps, each once."""
    lang, figures = choosing.lang, found.figures
    notes = [map_notes.words_of(lang, w) for w in figures.warnings if w.code != "not_random"]
    for letter, one in zip("AB", figures.sets, strict=True):
        notes += [lang.named(letter, words) for words in map_notes.notes_of(lang, one.warnings)]
    return tuple(dict.fromkeys(notes))


def _pane(choosing: Choosing, one: SetFigures, strips: Strips, cap: float) -> Pane:
    """The map of one set; `cap`: top of the scale of both."""
    question = choosing.sets.a if one.set == "a" else choosing.sets.b
    question = replace(question, width=one.snapshot.width, compared_with="", state="")
    query = question.fixed(choosing.today).query() | {"cap": f"{cap:g}"}
    visitors = choosing.lang.plural("%(num)s visitor", "%(num)s visitors", one.visitors)
    title = f"{one.set.upper()}, {choosing.name(one.set)}"
    urls = choosing.pictures_of(one.set)
    return Pane(title, visitors, drawn_picture(urls, choosing.site, one.snapshot, strips, query))


def _share_lines(lang: Language, found: SetsAnswer) -> tuple[ShareLine, ...]:
    """Goals first, then frustration, where more is worse."""
    figures = found.figures
    goals = [_share_line(lang, goal.name, goal.shares) for goal in figures.goals]
    frustrated = _share_line(lang, lang.text("Dead click or rage"), figures.frustrated)
    return (*goals, replace(frustrated, css=""))


def _share_line(lang: Language, name: str, shares: ShareDifference) -> ShareLine:
    def one(share: float | None, n: int, of: int) -> str:
        return "" if share is None else f"{lang.share(share)} ({lang.number(n)} / {lang.number(of)})"

    differs = shares.p is not None and not shares.low <= 0 <= shares.high
    to = lang.text("%(low)s to %(high)s", low=lang.points(shares.low), high=lang.points(shares.high))
    return ShareLine(
        name=name,
        a=one(shares.share_a, shares.a, shares.na),
        b=one(shares.share_b, shares.b, shares.nb),
        difference=lang.points(shares.diff) if shares.p is not None else lang.text("few"),
        interval=to if shares.p is not None else "",
        css=("more" if shares.diff > 0 else "less") if differs else "",
    )


def _reach_lines(lang: Language, a: SetFigures, b: SetFigures) -> tuple[ReachLine, ...]:
    """The depth that three quarters, half and a quarter of the views reached, and the time in view."""
    _ = lang.text

    def depth(one: SetFigures, percent: int) -> str:
        share = one.reach.quartiles.get(percent, 0.0) / max(1, one.snapshot.height)
        return lang.share(share, 0) if one.reach.views else ""

    names = {
        75: _("Three quarters of the views came down to"),
        50: _("Half of the views came down to"),
        25: _("A quarter of the views came down to"),
    }
    lines = [ReachLine(names[one], depth(a, one), depth(b, one)) for one in QUARTERS]
    seconds = [lang.number(float(one.reach.attention.mean()), 1) if len(one.reach.attention) else "" for one in (a, b)]
    return (*lines, ReachLine(_("Seconds that a part of the page was in view, on average"), *seconds))


def _method(lang: Language, compared: Compared) -> str:
    return lang.text(
        "Share of the visitors of each set who saw the page; each visitor counts once. q: adjusted for %(n)s elements "
        "tested (Benjamini–Hochberg). Elements were picked because they differ, so their intervals are widened.",
        n=lang.number(compared.tested),
    )
