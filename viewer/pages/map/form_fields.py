"""The fields of a form in words, for the page of a form and for the layer of a map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from aggregator.answers.forms import FieldShare, FormField, FormFigures
from aggregator.measures.statistics import FEW
from viewer.drawing.boxes import step_of
from viewer.pages.frame.languages import Language
from viewer.pages.map.durations import duration

FieldMeasure = Literal["last", "time", "corrected", "blank"]
MEASURES: tuple[FieldMeasure, ...] = ("last", "time", "corrected", "blank")  # what fields are ranked and coloured by
CORRECTED_BAD, BLANK_BAD = 0.20, 0.05  # shares from which a figure is red


@dataclass(frozen=True)
class FieldWords:
    """The figures of one field as text. `label`: that of the chosen measure; `step`: the colour of its box."""

    reached: str
    time: str
    ninety: str
    corrected: str
    corrected_bad: bool
    blank: str
    blank_bad: bool
    last: str
    interval: str
    label: str
    step: int


def measure_names(lang: Language) -> dict[FieldMeasure, str]:
    _ = lang.text
    return {
        "last": _("Last before leaving"),
        "time": _("Time"),
        "corrected": _("Corrected"),
        "blank": _("Left blank"),
    }


def ranked(fields: Iterable[FormField], measure: FieldMeasure) -> list[FormField]:
    """The fields, those with the largest figure first; those that few reached come last."""
    return sorted(fields, key=lambda one: (one.reached < FEW, -measured(one, measure)))


def measured(one: FormField, measure: FieldMeasure) -> float:
    """The figure that a field is ranked by."""
    return one.median_ms if measure == "time" else _share_of(one, measure).share


def field_words(lang: Language, form: FormFigures, one: FormField, measure: FieldMeasure) -> FieldWords:
    """A form that fewer than 20 visitors began has no shares and no colours, and neither has a field that few
    reached. Time has no colour: the scale is one of shares."""
    few = min(one.reached, form.began) < FEW
    unsure = few or one.last.of < FEW

    def share(of: FieldShare) -> str:
        return lang.text("few") if few else lang.share(of.share)

    last = lang.text("few") if unsure else lang.share(one.last.share)
    time = lang.text("few") if few else duration(lang, one.median_ms)
    labels = {"last": last, "time": time, "corrected": share(one.corrected), "blank": share(one.blank)}
    coloured = not few and measure != "time" and not (measure == "last" and unsure)
    return FieldWords(
        reached=lang.number(one.reached),
        time=time,
        ninety="" if few else duration(lang, one.ninety_ms),
        corrected=share(one.corrected),
        corrected_bad=not few and one.corrected.share >= CORRECTED_BAD,
        blank=share(one.blank),
        blank_bad=not few and one.blank.share >= BLANK_BAD,
        last=last,
        interval="" if unsure else lang.between(one.last.low, one.last.high),
        label=labels[measure],
        step=step_of(_share_of(one, measure).share) if coloured else 0,
    )


def completion_words(lang: Language, form: FormFigures) -> str:
    """The share who submitted, of those who began."""
    return lang.text("few") if form.began < FEW else lang.share(form.completion.share)


def completion_more(lang: Language, form: FormFigures) -> str:
    """Its interval, and the time of the median visitor; "" of few."""
    if form.began < FEW:
        return ""
    return lang.text(
        "%(interval)s of %(n)s who began; %(time)s in its fields (median)",
        interval=lang.between(form.completion.low, form.completion.high),
        n=lang.number(form.began),
        time=duration(lang, form.median_ms),
    )


def steps_of(lang: Language, form: FormFigures, goal: str) -> tuple[tuple[str, int], ...]:
    """Viewed → began → submitted → reached the goal named `goal`, with their visitors."""
    _ = lang.text
    steps = ((_("Viewed the page"), form.visitors), (_("Began"), form.began), (_("Submitted"), form.submitted))
    if form.reached is None:
        return steps
    return (*steps, (_("Reached “%(goal)s”", goal=goal), form.reached.n))


def _share_of(one: FormField, measure: FieldMeasure) -> FieldShare:
    return {"corrected": one.corrected, "blank": one.blank}.get(measure, one.last)
