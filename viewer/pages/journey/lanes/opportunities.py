"""The lane of opportunities: what the team could change at each stage."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.shares import ShareOf, share_of
from store.journeys import Metric, Opportunity, OpportunityState, Stage
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.facts import MetricShare
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.metrics import metric_basis, metric_figure, metric_names, metric_value


@dataclass(frozen=True)
class OpportunityLine:
    """`unowned`: nobody has taken it on yet. `effect`: the figure before it was shipped, and after.
    `tested`: the experiment that tests it, if it is linked."""

    title: str
    state: OpportunityState
    state_words: str
    about: str
    owner: str
    effort: str
    note: str
    unowned: bool
    effect: tuple[str, ...]
    tested: Choice | None


def opportunity_lines(measured: MeasuredJourney, stage: Stage) -> tuple[OpportunityLine, ...]:
    """The opportunities of a stage and its touchpoints."""
    names = {one.key: measured.lang.words(one.name, one.key) for one in stage.touchpoints}
    here = [one for one in measured.journey.opportunities if one.stage == stage.key]
    return tuple(_line(measured, one, names.get(one.touchpoint, "")) for one in here)


def _line(measured: MeasuredJourney, one: Opportunity, about: str) -> OpportunityLine:
    lang = measured.lang
    experiment = next((found for found in measured.asked.known.experiments if found.id == one.experiment), None)
    tested = Choice(experiment.name, measured.urls.experiment(measured.site, experiment.id)) if experiment else None
    words = state_names(lang)[one.state]
    if one.state == "shipped" and one.shipped_on:
        words = lang.text("shipped on %(day)s", day=lang.day(one.shipped_on))
    return OpportunityLine(
        title=one.title,
        state=one.state,
        state_words=words,
        about=about,
        owner=one.owner or lang.text("nobody yet"),
        effort=effort_names(lang).get(one.effort, ""),
        note=one.note,
        unowned=not one.owner,
        effect=_effect(measured, one),
        tested=tested,
    )


def _effect(measured: MeasuredJourney, one: Opportunity) -> tuple[str, ...]:
    """The figure that was kept on the day it was shipped, and the same figure if the period began after that day."""
    before = share_of(one.before.k, one.before.n) if one.before else None
    if one.before is None or before is None:
        return ()
    lang, metric = measured.lang, one.before.metric
    _, name = lang.text, metric_names(measured.lang)[metric]
    words = [_("%(name)s before: %(value)s", name=name, value=_with_basis(lang, metric, _of(before)))]
    since, _until = measured.asked.question.period.span(measured.asked.today)
    touchpoint = next((found for _i, found in measured.journey.touchpoints if found.key == one.touchpoint), None)
    after = metric_figure(measured, touchpoint, metric) if touchpoint else None
    if not one.shipped_on or since.isoformat() <= one.shipped_on:
        words.append(_("After: choose days after it was shipped."))
    elif after:
        words.append(_("%(name)s after: %(value)s", name=name, value=_with_basis(lang, metric, after)))
    return tuple(words)


def _of(share: ShareOf) -> MetricShare:
    return MetricShare(share.share, share.low, share.high, share.of)


def _with_basis(lang: Language, metric: Metric, figure: MetricShare) -> str:
    return f"{metric_value(lang, metric, figure)} ({metric_basis(lang, metric, figure)})"


def state_names(lang: Language) -> dict[OpportunityState, str]:
    _ = lang.text
    return {
        "idea": _("idea"),
        "planned": _("planned"),
        "testing": _("testing"),
        "shipped": _("shipped"),
        "dropped": _("dropped"),
    }


def effort_names(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {"small": _("small effort"), "medium": _("medium effort"), "large": _("large effort")}
