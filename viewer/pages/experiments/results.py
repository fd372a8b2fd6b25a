"""The results of experiments in words: the rows of their list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from aggregator.answers.experiment_result import Contrast, ExperimentResult
from aggregator.measures.goal_tests import GoalTest, VariantDifference
from aggregator.measures.split import SplitPart
from store.records import Experiment
from viewer.pages.experiments.form import letter
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.sentences.names import device_label

STATES = ("running", "enough", "broken", "ended")  # that the list can be narrowed to


@dataclass(frozen=True)
class ForestMark:
    """A difference and its interval as CSS lengths, on a scale that the rows of a list share."""

    left: str
    width: str
    at: str


@dataclass(frozen=True)
class ResultWords:
    """What came out: `lead` in bold (`bad`: an alarm), `rest`, and what to do, with links."""

    lead: str
    rest: str = ""
    todo: str = ""
    links: tuple[Choice, ...] = ()
    bad: bool = False


@dataclass(frozen=True)
class ExperimentRow:
    """`dot`: CSS class of the state's dot; `part`: how much of the planned size there is, as a CSS length; `difference`
    is empty where there is none to show, and then `held` says why. `css`: `more`, `less` or empty."""

    name: str
    href: str
    edit: str
    pages: tuple[str, ...]
    state: str
    dot: str
    days: str
    size: str
    part: str
    goal: str
    held: str
    difference: str
    interval: str
    forest: ForestMark | None
    css: str
    words: ResultWords


@dataclass(frozen=True)
class ListedExperiment:
    """An experiment with its result. `edit`: address of its form, empty if the person may not edit it."""

    experiment: Experiment
    result: ExperimentResult
    goal: str  # name; "" = none
    href: str
    edit: str


def state_words(lang: Language, state: str) -> str:
    _ = lang.text
    return {
        "broken": _("Split broken"),
        "enough": _("Enough"),
        "running": _("Running"),
        "waiting": _("Not begun"),
        "ended": _("Ended"),
    }[state]


def rows_of(lang: Language, listed: Sequence[ListedExperiment], today: date) -> list[ExperimentRow]:
    """The rows, with one scale for all intervals."""
    scale = scale_of(listed)
    return [_row(lang, one, scale, today) for one in listed]


def scale_of(listed: Sequence[ListedExperiment]) -> float:
    """The difference at the ends of the axis: whole points, at least 2."""
    tests = [test for one in listed if (test := deciding(one.result)[1])]
    widest = max((max(abs(test.share.low), abs(test.share.high)) for test in tests), default=0.0)
    return max(2, ceil(100 * widest)) / 100


def deciding(result: ExperimentResult) -> tuple[Contrast | None, GoalTest | None]:
    """The contrast that the result is told by: one that differs, else the largest difference."""
    shown = [(one, one.test) for one in result.contrasts if one.test]
    if not shown:
        return None, None
    return max(shown, key=lambda pair: (pair[1].verdict in ("more", "less"), abs(pair[1].share.diff)))


def _row(lang: Language, one: ListedExperiment, scale: float, today: date) -> ExperimentRow:
    result, (contrast, test) = one.result, deciding(one.result)
    other = variant_letter(one.experiment, contrast.variant) if contrast else "B"
    differs = test is not None and test.verdict in ("more", "less")
    return ExperimentRow(
        name=one.experiment.name,
        href=one.href,
        edit=one.edit,
        pages=one.experiment.pages,
        state=state_words(lang, result.state),
        dot={"broken": "bad", "enough": "warn", "running": "on"}.get(result.state, "off mut"),
        days=_days(lang, one.experiment, result),
        size=_size(lang, result),
        part=charts.percent(min(1.0, result.smallest / result.planned), 1)
        if result.planned and result.state == "running"
        else "",
        goal=one.goal,
        held=_held(lang, result),
        difference=("" if other == "B" else f"{other}: ") + lang.points(test.share.diff) if test else "",
        interval=interval_words(lang, test.share) if test else "",
        forest=forest_mark(test.share, scale) if test else None,
        css=test.verdict if test and differs else "",
        words=result_words(lang, one, today),
    )


def result_words(lang: Language, one: ListedExperiment, today: date) -> ResultWords:
    """The result of an experiment in a sentence, and what to do."""
    _, result = lang.text, one.result
    to_form = (Choice(_("Edit"), one.edit),) if one.edit else ()
    if result.state == "waiting":
        return ResultWords(_("Begins on %(day)s.", day=lang.day(one.experiment.started)))
    match result.verdict:
        case "srm":
            return _broken(lang, one)
        case "nobody":
            keys = ", ".join(result.exposed)
            return ResultWords(
                _("One of the variants has no visitor yet."),
                todo=_("Check that your site sends both keys: %(keys)s.", keys=keys),
            )
        case "no_goal" if one.experiment.goal:
            return ResultWords(_("No result: its goal was deleted."), todo=_("Choose another one."), links=to_form)
        case "no_goal":
            return ResultWords(
                _("No goal is set."),
                todo=_("Choose what decides this experiment, before looking at its figures."),
                links=to_form,
            )
        case "early":
            return ResultWords(_("Not a result yet."), todo=_waiting_for(lang, result, today))
        case "few":
            return ResultWords(_("Too few visitors reached the goal to draw a conclusion."))
    return _tested(lang, one, to_form)


def _tested(lang: Language, one: ListedExperiment, to_form: tuple[Choice, ...]) -> ResultWords:
    """A difference that was called, or none."""
    _, result, (contrast, test) = lang.text, one.result, deciding(one.result)
    if contrast is None or test is None:
        return ResultWords("")
    shares = {arm.variant: arm.share.share if arm.share else 0.0 for arm in result.arms}
    against = _(
        "%(b)s against %(a)s reached “%(goal)s”.",
        b=lang.share(shares[contrast.variant]),
        a=lang.share(shares[contrast.against]),
        goal=one.goal,
    )
    if test.verdict not in ("more", "less"):
        seen = lang.number(100 * test.detectable, 1)
        return ResultWords(
            _("No difference seen."), against, _("A change of %(points)s points or more would have shown.", points=seen)
        )
    better = contrast.variant if test.verdict == "more" else contrast.against
    lead = _("%(letter)s better.", letter=variant_letter(one.experiment, better))
    if result.state != "enough":
        return ResultWords(lead, against)
    if test.early:
        todo = _("So clear that it holds before the planned size (99% confidence sequence). Decide, and enter the end.")
    else:
        todo = _("The planned size is reached. Decide, and enter the last day.")
    return ResultWords(lead, against, todo, to_form)


def _broken(lang: Language, one: ListedExperiment) -> ResultWords:
    _, result = lang.text, one.result
    p = result.sample_ratio_p or 0.0
    sign = "" if p < 0.001 else "= "
    gap = next((gap for gap in result.gaps if gap.sits_here), None)
    if gap:
        todo = _("The gap sits here: %(where)s.", where=gap_words(lang, gap))
    else:
        todo = _(
            "No device, browser, day or referrer alone explains the gap: check where your site chooses the variant."
        )
    return ResultWords(
        _("No verdict: the split is off"),
        f"(p {sign}{lang.chance(p)}).",
        todo,
        (Choice(_("See the split"), f"{one.href}#split"),),
        bad=True,
    )


def gap_words(lang: Language, gap: SplitPart) -> str:
    """`browser Safari`, `visitors from 14 November`."""
    _ = lang.text
    match gap.dimension:
        case "device":
            return device_label(lang, gap.value)
        case "day":
            return lang.day(gap.value)
        case "referrer":
            return _("visitors from %(site)s", site=gap.value) if gap.value else _("visitors without a referrer")
    return gap.value or _("an unknown browser")


def _waiting_for(lang: Language, result: ExperimentResult, today: date) -> str:
    _ = lang.text
    if not result.planned:
        return _("No planned size is set: only a very clear difference will be called.")
    if result.state == "ended":
        return _("It ended before its planned size was reached.")
    if not result.smallest:
        return ""
    missing = ceil((result.planned - result.smallest) * result.day / result.smallest)
    if missing > 3650:
        return _("At this pace, the planned size will not be reached in ten years.")
    day = lang.day(today + timedelta(days=missing))
    return _("At this pace, the verdict comes on %(day)s; earlier only if it is very clear.", day=day)


def _held(lang: Language, result: ExperimentResult) -> str:
    return {"srm": lang.text("hidden"), "early": lang.text("kept back")}.get(result.verdict, "")


def _days(lang: Language, experiment: Experiment, result: ExperimentResult) -> str:
    if result.state in ("ended", "waiting"):
        return days_line(lang, experiment)
    if not experiment.started:
        return lang.text("no first day set")
    if result.days:
        return lang.text("day %(n)s of %(all)s", n=lang.number(result.day), all=lang.number(result.days))
    return lang.text("day %(n)s", n=lang.number(result.day))


def _size(lang: Language, result: ExperimentResult) -> str:
    _ = lang.text
    if result.verdict == "srm":
        plan = " : ".join(lang.number(100 * share) for share in result.planned_shares.values())
        counts = " : ".join(lang.number(n) for n in result.exposed.values())
        return _("%(counts)s visitors, planned %(plan)s", counts=counts, plan=plan)
    if not result.planned:
        return lang.plural("%(num)s visitor in the smaller variant", "%(num)s visitors in the smaller variant",
                           result.smallest)  # fmt: skip
    return _("%(n)s of %(all)s visitors", n=lang.number(result.smallest), all=lang.number(result.planned))


def days_line(lang: Language, experiment: Experiment) -> str:
    """`26 October – 22 November`, `since 26 October`, empty without a start date."""
    if experiment.started and experiment.ended:
        return f"{lang.day(experiment.started)} – {lang.day(experiment.ended)}"
    return lang.text("since %(day)s", day=lang.day(experiment.started)) if experiment.started else ""


def variant_letter(experiment: Experiment, key: str) -> str:
    return letter([variant.key for variant in experiment.variants].index(key))


def interval_words(lang: Language, share: VariantDifference) -> str:
    """`+0.5 to +2.7`; with its level, where that is not 95 %."""
    words = lang.text("%(low)s to %(high)s", low=lang.points(share.low), high=lang.points(share.high))
    return words if share.level == 0.95 else f"{words} ({lang.share(share.level, 0)})"


def forest_mark(share: VariantDifference, scale: float) -> ForestMark:
    def at(value: float) -> float:
        return 0.5 + min(1.0, max(-1.0, value / scale)) / 2

    return ForestMark(
        charts.percent(at(share.low)), charts.percent(at(share.high) - at(share.low)), charts.percent(at(share.diff))
    )
