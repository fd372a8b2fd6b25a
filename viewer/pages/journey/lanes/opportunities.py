"""The opportunities of a map: a bar in the lane, and a card with what it may win and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from aggregator.answers.opportunities import NoWin, OpportunityFigures
from aggregator.answers.opportunity_effect import EffectFigure
from aggregator.measures.journey_periods import UNTESTED
from aggregator.measures.may_win import MayWin
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from store.journeys import Metric, Opportunity, OpportunityState, Stage
from viewer.opportunities import Effect
from viewer.pages.experiments.results import ListedExperiment, result_words
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.metrics import metric_names
from viewer.pages.map.controls import device_name

STATES: tuple[OpportunityState, ...] = get_args(OpportunityState)


@dataclass(frozen=True)
class OpportunityBar:
    """A link in the lane, which opens the card with the same key. `small`: what it may win, and its state."""

    key: str
    title: str
    small: str


@dataclass(frozen=True)
class OpportunityFact:
    """`warn`: nobody has said yet. `href`: what it leads to; `rest`: more words about that."""

    label: str
    value: str
    warn: bool = False
    href: str = ""
    rest: str = ""


@dataclass(frozen=True)
class WinScale:
    """What all opportunities of a page are drawn on: from 0 to `top` visitors."""

    top: float

    def at(self, visitors: float) -> str:
        """A place on the scale as a CSS length."""
        return charts.percent(min(1.0, visitors / self.top), 1)

    @property
    def ticks(self) -> tuple[float, ...]:
        return (0.0, self.top / 2, self.top)


@dataclass(frozen=True)
class WinWords:
    """`range` in visitors, "" without one; then `how` says why there is none. `left`, `width`: on the scale. `ticks`:
    each with its place and words."""

    how: str
    range: str = ""
    left: str = ""
    width: str = ""
    ticks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class EffectRow:
    """A figure before and after, each with its basis (interval and n), and how much they differ. `bad`: it is worse
    beyond chance. `before_name`, `after_name`: for those who only hear the cell."""

    name: str
    before: str
    before_basis: str
    after: str = ""
    after_basis: str = ""
    difference: str = ""
    interval: str = ""
    verdict: str = ""
    bad: bool = False
    before_name: str = ""
    after_name: str = ""


@dataclass(frozen=True)
class EffectTable:
    """`first`: head of the column before; `later`: when the figures after come, "" once they are there."""

    first: str
    rows: tuple[EffectRow, ...]
    later: str


@dataclass(frozen=True)
class OpportunityCard:
    """`states`: each with its words and whether it is on. `action`: where its state is changed, "" if the person may
    not. `effect`: the figures of its place before and after; `about_effect`: how they were measured."""

    key: str
    title: str
    place: str
    state: OpportunityState
    state_words: str
    states: tuple[tuple[OpportunityState, str, bool], ...]
    action: str
    note: str
    facts: tuple[OpportunityFact, ...]
    win: WinWords
    effect: EffectTable | None
    about_effect: str


def opportunity_bars(measured: MeasuredJourney, stage: Stage) -> tuple[OpportunityBar, ...]:
    """The opportunities of a stage and its touchpoints."""
    here = [one for one in measured.journey.opportunities if one.stage == stage.key]
    return tuple(OpportunityBar(one.key, one.title, _small(measured, one)) for one in here)


def opportunity_cards(measured: MeasuredJourney, order: Iterable[Opportunity]) -> tuple[OpportunityCard, ...]:
    scale = win_scale(measured)
    return tuple(_card(measured, one, scale) for one in order)


def win_scale(measured: MeasuredJourney) -> WinScale:
    """One scale for all: up to a round number that holds the highest range."""
    highest = max((one.win.high for one in measured.opportunities.figures.values() if one.win), default=1.0)
    power = 10.0 ** (len(str(int(max(highest, 1.0)))) - 1)
    return WinScale(next(n * power for n in (1, 2, 3, 4, 6, 8, 10) if n * power >= highest))


def range_words(lang: Language, win: MayWin) -> str:
    """`350 to 610`, in whole visitors."""
    low, high = (lang.number(round(visitors)) for visitors in (win.low, win.high))
    return low if low == high else lang.text("%(low)s to %(high)s", low=low, high=high)


def state_words(lang: Language, one: Opportunity) -> str:
    if one.state == "shipped" and one.shipped_on:
        return lang.text("shipped on %(day)s", day=lang.day(one.shipped_on))
    return state_names(lang)[one.state]


def place_words(measured: MeasuredJourney, one: Opportunity) -> str:
    """The touchpoint of an opportunity, else its stage."""
    stage = next((stage for stage in measured.journey.stages if stage.key == one.stage), None)
    touchpoint = next((found for _i, found in measured.journey.touchpoints if found.key == one.touchpoint), None)
    if touchpoint:
        return measured.lang.words(touchpoint.name, touchpoint.key)
    return measured.lang.words(stage.name, stage.key) if stage else one.stage


def effect_table(measured: MeasuredJourney, one: Opportunity) -> EffectTable | None:
    """The figures of its place before and after; until it is shipped, those of the period of the map."""
    lang, names = measured.lang, metric_names(measured.lang)
    effect = measured.opportunities.effects.get(one.key)
    if effect:
        later = "" if effect.over else lang.text("After comes on %(day)s.", day=lang.day(effect.after_days.until))
        return EffectTable(lang.text("Before"), tuple(_effect_row(measured, found) for found in effect.figures), later)
    today = measured.opportunities.today.get(one.key, {})
    rows = tuple(
        EffectRow(_metric_name(measured, key.metric, key.goal, names), *_cell(lang, share))
        for key, share in today.items()
    )
    return EffectTable(lang.text("In these days"), rows, lang.text("After: once it is shipped.")) if rows else None


def _effect_row(measured: MeasuredJourney, one: EffectFigure) -> EffectRow:
    lang = measured.lang
    name = _metric_name(measured, one.metric, one.goal, metric_names(lang))
    after = _cell(lang, one.after) if one.after else ("", "")
    said = lang.text("%(name)s before:", name=name), lang.text("%(name)s after:", name=name)
    if one.difference is None:
        return EffectRow(name, *_cell(lang, one.before), *after, before_name=said[0], after_name=said[1])
    low, high = lang.points(one.difference.low), lang.points(one.difference.high)
    return EffectRow(
        name,
        *_cell(lang, one.before),
        *after,
        lang.text("%(points)s points", points=lang.points(one.difference.diff)),
        lang.text("%(low)s to %(high)s", low=low, high=high),
        _verdict(lang, one),
        one.worse,
        *said,
    )


def _metric_name(measured: MeasuredJourney, metric: Metric, goal: str, names: Mapping[Metric, str]) -> str:
    return measured.goal_name(goal) if metric == "goal" and goal else names[metric]


def _cell(lang: Language, share: ShareOf) -> tuple[str, str]:
    """A share, and its interval and what it is of; of fewer than `FEW`, "few"."""
    if share.of < FEW:
        return lang.text("few"), lang.text("of %(n)s", n=lang.number(share.of))
    basis = lang.text("%(interval)s of %(n)s", interval=lang.between(share.low, share.high), n=lang.number(share.of))
    return lang.share(share.share), f"({basis})"


def _verdict(lang: Language, one: EffectFigure) -> str:
    if one.beyond_chance is None:
        if one.metric in UNTESTED:
            return lang.text("not tested: visits of one visitor depend on each other")
        return lang.text("too few to test")
    return lang.text("beyond chance") if one.beyond_chance else lang.text("may be chance")


def win_words(measured: MeasuredJourney, figures: OpportunityFigures | None, scale: WinScale) -> WinWords:
    """What one may win, and how that was reckoned."""
    lang = measured.lang
    if figures is None:
        return WinWords(lang.text("Shown with the exact numbers, which are being counted."))
    if figures.win is None:
        return WinWords(_no_win(lang, figures.no_win))
    win = figures.win
    how = [_reckoned(lang, win), lang.text("It says where to look; it is no forecast.")]
    if figures.now and figures.now.so_far:
        how.insert(1, lang.text("Nobody's window has closed yet, so the shares are those so far."))
    return WinWords(
        how=" ".join(how),
        range=range_words(lang, win),
        left=scale.at(win.low),
        width=charts.percent(max(0.01, min(1.0, win.high / scale.top) - min(1.0, win.low / scale.top)), 1),
        ticks=tuple((scale.at(tick), lang.number(round(tick))) for tick in scale.ticks),
    )


def _small(measured: MeasuredJourney, one: Opportunity) -> str:
    figures, words = measured.opportunities.figures.get(one.key), state_words(measured.lang, one)
    if figures is None or figures.win is None:
        return words
    return ", ".join((range_words(measured.lang, figures.win), words))


def _card(measured: MeasuredJourney, one: Opportunity, scale: WinScale) -> OpportunityCard:
    lang, effect = measured.lang, measured.opportunities.effects.get(one.key)
    names = state_names(lang)
    return OpportunityCard(
        key=one.key,
        title=one.title,
        place=_place(measured, one),
        state=one.state,
        state_words=state_words(lang, one),
        states=tuple((state, names[state], state == one.state) for state in STATES),
        action=measured.urls.opportunity(measured.site, measured.journey.id, one.key) if measured.edit else "",
        note=one.note,
        facts=_facts(measured, one),
        win=win_words(measured, measured.opportunities.figures.get(one.key), scale),
        effect=effect_table(measured, one),
        about_effect=_about_effect(lang, one, effect),
    )


def _place(measured: MeasuredJourney, one: Opportunity) -> str:
    lang, place = measured.lang, place_words(measured, one)
    gone = one.touchpoint and all(found.key != one.touchpoint for _i, found in measured.journey.touchpoints)
    if gone:
        return lang.text("%(place)s; its touchpoint is no longer on the map", place=place)
    stage = next((stage for stage in measured.journey.stages if stage.key == one.stage), None)
    if one.touchpoint and stage:
        return lang.text("%(place)s, stage %(stage)s", place=place, stage=lang.words(stage.name, stage.key))
    return lang.text("stage %(stage)s", stage=place)


def _facts(measured: MeasuredJourney, one: Opportunity) -> tuple[OpportunityFact, ...]:
    lang = measured.lang
    _, effort = lang.text, effort_names(lang).get(one.effort, "")
    facts = [
        OpportunityFact(_("Owner"), one.owner or _("nobody yet"), warn=not one.owner),
        OpportunityFact(_("Effort"), effort or _("nobody has said yet"), warn=not effort),
    ]
    if one.experiment:
        facts.append(_tested(measured, one.experiment))
    return tuple(facts)


def _tested(measured: MeasuredJourney, id: str) -> OpportunityFact:
    """The experiment that tests it, with its result; a message if it was deleted."""
    lang, label = measured.lang, measured.lang.text("Tested by")
    experiment = next((found for found in measured.asked.known.experiments if found.id == id), None)
    if experiment is None:
        return OpportunityFact(label, lang.text("an experiment that was deleted (%(id)s)", id=id), warn=True)
    href, result = measured.urls.experiment(measured.site, experiment.id), measured.results.get(id)
    if result is None:
        return OpportunityFact(label, experiment.name, href=href)
    listed = ListedExperiment(experiment, result, measured.goal_name(experiment.goal), href, "")
    words = result_words(lang, listed, measured.asked.today)
    return OpportunityFact(label, experiment.name, href=href, rest=" ".join(filter(None, (words.lead, words.rest))))


def _reckoned(lang: Language, win: MayWin) -> str:
    _, visitors = lang.text, lang.number(win.visitors)
    if win.kind == "target":
        return _(
            "%(n)s visitors × what is missing to the target of %(target)s; today it is %(share)s.",
            n=visitors,
            target=lang.share(win.wanted),
            share=_with_basis(lang, win.own),
        )
    return _(
        "%(n)s visitors on other devices, of whom %(share)s, × their gap to the best one, %(device)s: %(best)s. "
        "The range is from both intervals.",
        n=visitors,
        share=_with_basis(lang, win.own),
        device=device_name(lang, win.device),
        best=_with_basis(lang, win.best) if win.best else "",
    )


def _no_win(lang: Language, why: NoWin) -> str:
    _ = lang.text
    return {
        "closed": _("Only for what is still open."),
        "at_end": _("Nothing goes on from here, so there is no range."),
        "few": _("Too few visitors for a range."),
        "nothing_like": _("Nothing to hold it against: set a target, or wait until a device has 200 visitors."),
        "as_good": _("None that is measurable: it does as well as its target, or as the best device."),
    }.get(why, "")


def _about_effect(lang: Language, one: Opportunity, effect: Effect | None) -> str:
    _ = lang.text
    if one.state != "shipped":
        return _("“Before” is kept on the day it is shipped: 28 days, everyone. “After” comes when 28 more are over.")
    if effect is None:
        if not one.shipped_on:
            return _("The day on which it was shipped is missing.")
        return _("Nothing was measured before it was shipped.")
    since, until = effect.before_days.since, effect.before_days.until
    words = _("Before: %(since)s to %(until)s, everyone", since=lang.day(since), until=lang.day(until))
    kept = _("kept on the day it was shipped") if effect.main.kept else _("measured now, as it was not kept then")
    return f"{words}, {kept}."


def _with_basis(lang: Language, share: ShareOf) -> str:
    """`58.0% (56.6–59.4 of 4,812)`."""
    basis = lang.text("%(interval)s of %(n)s", interval=lang.between(share.low, share.high), n=lang.number(share.of))
    return f"{lang.share(share.share)} ({basis})"


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
