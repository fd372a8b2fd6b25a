"""What a comparison says as a whole: the verdict, the checks behind it, warnings, the method."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.answers.comparison import SRM_ALARM, Comparison
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
    """One condition of a verdict; `ok` None where it is neither kept nor broken."""

    label: str
    words: str
    ok: bool | None = None
    part: str = ""  # CSS length of a progress bar
    now: int = 0  # the same in percent


def verdict_of(lang: Language, found: Comparison) -> Verdict:
    """One sentence: the strongest difference, or why nothing is said."""
    _ = lang.text
    match found.verdict:
        case "nobody":
            return Verdict(
                _("One of the variants has no visitor yet."),
                _("Check that your site sends both keys: %(keys)s.", keys=", ".join(found.exposed)),
            )
        case "early":
            return Verdict(
                _("Not a result yet."),
                _("Verdicts are kept back until the planned size, so that an early lead does not mislead."),
            )
        case "srm":
            return Verdict(
                _("The split is not what was planned."),
                _("Verdicts are hidden: the variants may not have like visitors."),
                bad=True,
            )
        case "few":
            return Verdict(_("Too few visitors used anything here to say more."))
        case "none":
            return Verdict(
                _("No difference seen."),
                _("That is not proof that there is none: a small one may hide among so few visitors."),
            )
    best = max((r for r in found.rows if r.verdict in ("more", "less")), key=lambda r: abs(r.diff))
    name = shown_names(lang, found)[best.path]
    lead = (
        _("More visitors used “%(name)s” with B:", name=name)
        if best.verdict == "more"
        else _("Fewer visitors used “%(name)s” with B:", name=name)
    )
    rest = _(
        "%(b)s against %(a)s, that is %(points)s points (interval %(low)s to %(high)s).",
        b=lang.share(best.b / best.nb),
        a=lang.share(best.a / best.na),
        points=lang.points(best.diff),
        low=lang.points(best.low),
        high=lang.points(best.high),
    )
    return Verdict(lead, rest)


def checks_of(lang: Language, found: Comparison, since: date, until: date) -> list[Check]:
    """Planned size, length, sample ratio, visitors of both."""
    _ = lang.text
    keys = [arm.scope.variant[1] for arm in found.arms if arm.scope.variant]
    sizes = [found.exposed.get(key, 0) for key in keys]
    checks = [_size(lang, found, min(sizes))]
    days = (until - since).days + 1
    weeks = days % 7 == 0
    words = lang.plural("%(num)s day", "%(num)s days", days)
    checks.append(Check(_("Length"), words + (_(", whole weeks") if weeks else ""), True if weeks else None))
    shares = [v.share for v in found.experiment.variants if v.key in keys]
    plan = " : ".join(lang.number(100 * share / (sum(shares) or 1)) for share in shares)
    planned = _("Sample ratio, %(plan)s planned", plan=plan)
    split = _("%(a)s and %(b)s", a=lang.number(sizes[0]), b=lang.number(sizes[1]))
    if found.srm is None:
        checks.append(Check(planned, split))
    else:
        sign = "" if found.srm < 0.001 else "= "
        checks.append(Check(planned, f"{split}, p {sign}{lang.chance(found.srm)}", found.srm >= SRM_ALARM))
    both = lang.plural("%(num)s visitor left out", "%(num)s visitors left out", found.both)
    everyone = sum(found.exposed.values()) + found.both
    share = found.both / everyone if everyone else 0.0
    if found.both:
        both += f", {lang.share(share)}"
    checks.append(Check(_("Seen both variants"), both, False if share > MANY_IN_BOTH else None))
    return checks


def _size(lang: Language, found: Comparison, smallest: int) -> Check:
    _ = lang.text
    if not found.planned:
        return Check(_("Planned size"), _("not said: looking often makes chance look like a result"))
    part = min(1.0, smallest / found.planned)
    values = {"n": lang.number(smallest), "all": lang.number(found.planned)}
    words = (
        _("reached, %(n)s of %(all)s visitors in the smaller one", **values)
        if part >= 1
        else _("%(n)s of %(all)s visitors in the smaller one", **values)
    )
    return Check(_("Planned size"), words, True if part >= 1 else None, charts.percent(part, 1), round(100 * part))


def notes_of(lang: Language, found: Comparison) -> tuple[str, ...]:
    """Warnings of the two maps; those of the comparison stand among the checks."""
    seen: dict[str, None] = {}
    for letter, arm in zip("AB", found.arms, strict=True):
        for words in map_notes.notes_of(lang, arm.warnings):
            seen.setdefault(f"{letter}: {words}")
    return tuple(seen)


def method_of(lang: Language, found: Comparison) -> str:
    tested = sum(row.q is not None for row in found.rows)
    return lang.text(
        "Share of the visitors who saw the page in that variant; a visitor counts once. q: adjusted for %(n)s elements "
        "tested (Benjamini–Hochberg). An interval beside zero is not enough where many elements are looked at. An "
        "element that moved is compared with itself.",
        n=lang.number(tested),
    )
