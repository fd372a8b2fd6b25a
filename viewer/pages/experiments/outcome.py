"""What an experiment did to its goal, for its page: a sentence, the variants, their differences, the broken split."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.answers.experiment_result import Contrast, ExperimentResult, GoalArm
from aggregator.measures.goal_tests import GoalTest, VariantDifference
from aggregator.measures.statistics import FEW
from store.records import Experiment
from viewer.pages.experiments.results import (
    ListedExperiment,
    ResultWords,
    gap_words,
    interval_words,
    result_words,
    variant_letter,
)
from viewer.pages.frame.languages import Language


@dataclass(frozen=True)
class VariantLine:
    """One variant. What it did to the goal is empty while it is kept back; `held` says that."""

    letter: str
    name: str
    exposed: str
    reached: str
    share: str
    interval: str
    value: str
    value_each: str


@dataclass(frozen=True)
class ChangeLine:
    """What differs between a variant and the first, in points of the share and in values, with intervals."""

    label: str
    what: str
    change: str
    interval: str


@dataclass(frozen=True)
class Outcome:
    """`gaps`: the parts of the visitors that are split wrongly, with the visitors of each variant."""

    goal: str
    words: ResultWords
    held: str
    variants: tuple[VariantLine, ...]
    changes: tuple[ChangeLine, ...]
    gaps: tuple[tuple[str, str], ...]


def outcome_of(lang: Language, listed: ListedExperiment, today: date) -> Outcome | None:
    """None for an experiment without a goal, unless its split is broken."""
    experiment, result = listed.experiment, listed.result
    if not experiment.goal and result.verdict != "srm":
        return None
    held = {"srm": lang.text("hidden"), "early": lang.text("kept back")}.get(result.verdict, "")
    return Outcome(
        goal=listed.goal,
        words=result_words(lang, listed, today),
        held=held,
        variants=tuple(_variant(lang, experiment, arm, held) for arm in result.arms),
        changes=tuple(
            line for one in result.contrasts if one.test for line in _changes(lang, experiment, one, one.test)
        ),
        gaps=_gaps(lang, result),
    )


def _variant(lang: Language, experiment: Experiment, arm: GoalArm, held: str) -> VariantLine:
    shown = arm.share if not held and experiment.goal else None
    few = arm.exposed < FEW
    return VariantLine(
        letter=variant_letter(experiment, arm.variant),
        name=arm.name,
        exposed=lang.number(arm.exposed),
        reached=lang.number(shown.visitors) if shown else held,
        share=(lang.text("few") if few else lang.share(shown.share)) if shown else "",
        interval=lang.between(shown.low, shown.high) if shown and not few else "",
        value=lang.number(arm.value_per_visitor or 0.0, 2) if shown and arm.value else "",
        value_each=lang.number(arm.value_each, 2) if shown and arm.value and arm.value_each is not None else "",
    )


def _changes(lang: Language, experiment: Experiment, contrast: Contrast, test: GoalTest) -> list[ChangeLine]:
    _ = lang.text
    label = _(
        "%(b)s minus %(a)s",
        b=variant_letter(experiment, contrast.variant),
        a=variant_letter(experiment, contrast.against),
    )
    lines = [ChangeLine(label, _("Share, points"), lang.points(test.share.diff), interval_words(lang, test.share))]
    if test.relative:
        change = test.relative
        words = _("%(low)s to %(high)s", low=_percent(lang, change.low), high=_percent(lang, change.high))
        lines.append(ChangeLine(label, _("Relative change"), _percent(lang, change.diff), words))
    if test.value.diff:
        lines.append(_amount(lang, label, _("Value per visitor"), test.value))
    if test.value_each and test.value_each.diff:
        lines.append(_amount(lang, label, _("Value each time"), test.value_each))
    return lines


def _percent(lang: Language, value: float) -> str:
    return ("+" if round(value, 3) > 0 else "") + lang.share(value)


def _amount(lang: Language, label: str, what: str, found: VariantDifference) -> ChangeLine:
    def signed(value: float) -> str:
        return ("+" if round(value, 2) > 0 else "") + lang.number(value, 2)

    words = lang.text("%(low)s to %(high)s", low=signed(found.low), high=signed(found.high))
    return ChangeLine(label, what, signed(found.diff), words)


def _gaps(lang: Language, result: ExperimentResult) -> tuple[tuple[str, str], ...]:
    """Where the gap sits; if it sits nowhere, every part that is split wrongly."""
    gaps = [gap for gap in result.gaps if gap.sits_here] or result.gaps
    return tuple(
        (gap_words(lang, gap), " : ".join(lang.number(gap.exposed.get(key, 0)) for key in result.exposed))
        for gap in gaps
    )
