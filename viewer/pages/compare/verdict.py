"""The overall result of a comparison: the verdict, the checks behind it, warnings, the method."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.comparison import SRM_ALARM
from aggregator.answers.comparison_figures import ComparisonFigures
from viewer.maps import ComparisonAnswer
from viewer.pages.compare.compared import variants_compared
from viewer.pages.compare.rows import shown_names
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language
from viewer.pages.map import notes as map_notes

MANY_IN_BOTH = 0.01  # share of visitors


@dataclass(frozen=True)
class Verdict:
    lead: str
    rest: str = ""
    bad: bool = False


@dataclass(frozen=True)
class Check:
    """One condition of a verdict. `ok`: None if it is neither met nor violated."""

    label: str
    words: str
    ok: bool | None = None
    part: str = ""  # CSS length of a progress bar
    now: int = 0  # the same in percent


def verdict_of(lang: Language, found: ComparisonAnswer) -> Verdict:
    """One sentence: the largest difference, or why there is no verdict."""
    _, figures = lang.text, found.figures
    match figures.verdict:
        case "nobody":
            return Verdict(
                _("One of the variants has no visitor yet."),
                _("Check that your site sends both keys: %(keys)s.", keys=", ".join(figures.exposed)),
            )
        case "early":
            return Verdict(
                _("Not a result yet."),
                _("Verdicts are held back until the planned size is reached, because an early lead can be misleading."),
            )
        case "srm":
            return Verdict(
                _("The split is not what was planned."),
                _("Verdicts are hidden: the visitors of the two variants may not be comparable."),
                bad=True,
            )
        case "few":
            return Verdict(_("Too few visitors used anything here to draw a conclusion."))
        case "none":
            return Verdict(
                _("No difference seen."),
                _("That does not prove that there is none: a small difference can go unnoticed among so few visitors."),
            )
    best = max((r for r in figures.rows if r.verdict in ("more", "less")), key=lambda r: abs(r.diff))
    name = shown_names(lang, variants_compared(found))[best.path]
    more, clicked = best.verdict == "more", found.map.arms[0].scope.kind == "click"
    lead = {
        (True, True): _("More visitors clicked “%(name)s” with B:", name=name),
        (True, False): _("More visitors pointed at “%(name)s” with B:", name=name),
        (False, True): _("Fewer visitors clicked “%(name)s” with B:", name=name),
        (False, False): _("Fewer visitors pointed at “%(name)s” with B:", name=name),
    }[more, clicked]
    rest = _(
        "%(b)s against %(a)s, that is %(points)s points (interval %(low)s to %(high)s).",
        b=lang.share(best.share_b or 0.0),
        a=lang.share(best.share_a or 0.0),
        points=lang.points(best.diff),
        low=lang.points(best.low),
        high=lang.points(best.high),
    )
    return Verdict(lead, rest)


def checks_of(lang: Language, figures: ComparisonFigures) -> list[Check]:
    """Planned size, length, sample ratio, visitors who saw both variants."""
    return [_size(lang, figures), _length(lang, figures.days), _split(lang, figures), _both(lang, figures)]


def _size(lang: Language, figures: ComparisonFigures) -> Check:
    _, part = lang.text, figures.planned_reached
    if part is None:
        return Check(_("Planned size"), _("not set: checking repeatedly makes chance look like a result"))
    values = {"n": lang.number(figures.smallest), "all": lang.number(figures.planned)}
    words = (
        _("reached, %(n)s of %(all)s visitors in the smaller one", **values)
        if part >= 1
        else _("%(n)s of %(all)s visitors in the smaller variant", **values)
    )
    return Check(_("Planned size"), words, True if part >= 1 else None, charts.percent(part, 1), round(100 * part))


def _length(lang: Language, days: int) -> Check:
    _, weeks = lang.text, days % 7 == 0
    words = lang.plural("%(num)s day", "%(num)s days", days)
    return Check(_("Length"), words + (_(", whole weeks") if weeks else ""), True if weeks else None)


def _split(lang: Language, figures: ComparisonFigures) -> Check:
    """The visitors of the two variants against their planned shares."""
    _, p = lang.text, figures.sample_ratio_p
    plan = " : ".join(lang.number(100 * share) for share in figures.planned_shares.values())
    planned = _("Sample ratio, %(plan)s planned", plan=plan)
    a, b = (figures.exposed.get(arm.variant, 0) for arm in figures.arms)
    split = _("%(a)s and %(b)s", a=lang.number(a), b=lang.number(b))
    if p is None:
        return Check(planned, split)
    sign = "" if p < 0.001 else "= "
    return Check(planned, f"{split}, p {sign}{lang.chance(p)}", p >= SRM_ALARM)


def _both(lang: Language, figures: ComparisonFigures) -> Check:
    n, share = figures.in_both, figures.in_both_share
    words = lang.plural("%(num)s visitor left out", "%(num)s visitors left out", n)
    if n:
        words += f", {lang.share(share)}"
    return Check(lang.text("Saw both variants"), words, False if share > MANY_IN_BOTH else None)


def notes_of(lang: Language, figures: ComparisonFigures) -> tuple[str, ...]:
    """The warnings of the two maps. Those of the comparison are among the checks."""
    seen: dict[str, None] = {}
    for letter, arm in zip("AB", figures.arms, strict=True):
        for words in map_notes.notes_of(lang, arm.warnings):
            seen.setdefault(lang.named(letter, words))
    return tuple(seen)


def method_of(lang: Language, figures: ComparisonFigures) -> str:
    return lang.text(
        "Share of the visitors who saw the page in that variant; each visitor counts once. q: adjusted for "
        "%(n)s elements tested (Benjamini–Hochberg). When many elements are compared, an interval that "
        "excludes zero is not enough. An element that moved is compared with itself.",
        n=lang.number(figures.tested),
    )
