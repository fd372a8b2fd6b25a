"""The rows of a funnel: each step with its bar, where the others went instead, and the time to the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from aggregator.answers.funnel import FunnelStep
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from rules.funnel_steps import ELEMENT, OWN
from rules.period import Period
from rules.segment import text_of_tree
from store.segments import FunnelStop, Group, Rule
from viewer.pages.journey.funnel_shown import ShownFunnel

NAMED = 5  # touchpoints after a step that are named; the others are one
Steps = tuple[FunnelStep, ...]


@dataclass(frozen=True)
class WentInstead:
    """Where visitors went who did not come to the next step, and their share of those who did not. `left`: they left
    the site. `at`, `width`: its place on the bar, in percent. `href`: the paths through it; "" for the others."""

    name: str
    share: str
    left: bool
    at: str
    width: str
    href: str = ""


@dataclass(frozen=True)
class StepRow:
    """`href`, `thumb`: its heatmap, "" without; `compare`: the two maps of those who went on and those who left;
    `why_not`: why there are none, of a step that has a next one.
    `width`, `joined_width`: of the bars, in percent. `before`: the share in the period before. `alarm`: the share of
    the step after it fell; `fell`: its own."""

    n: str
    name: str
    href: str
    thumb: str
    compare: str
    why_not: str
    visitors: str
    of_first: str
    joined: str
    label: str
    width: str
    joined_width: str
    share: str
    interval: str
    before: str
    fell: bool
    alarm: bool
    time: str
    time_p90: str
    lost: str
    instead: tuple[WentInstead, ...]


def step_rows(shown: ShownFunnel) -> tuple[StepRow, ...]:
    """One row for each step; none of a funnel that was not counted."""
    steps = shown.found.steps if shown.found else ()
    return tuple(_row(shown, steps, i) for i in range(len(steps)))


def _row(shown: ShownFunnel, steps: Steps, i: int) -> StepRow:
    lang, step = shown.lang, steps[i]
    _, page = lang.text, shown.page(step.key)
    query = shown.asked.question.query() | {"journey": shown.journey.id}
    widest = max(*(one.visitors + one.joined for one in steps), 1)
    ordered = not shown.funnel.in_any_order
    later = steps[i + 1] if i + 1 < len(steps) else None
    why_not = _why_not(shown, step, page) if later else ""
    few_wait = later is None or step.to_next_median_ms is None or later.visitors < FEW
    return StepRow(
        n=lang.number(i + 1),
        name=shown.name(step.key),
        href=shown.urls.heatmap(shown.asked.site.id, **{"page": shown.map_of(step.key)} | query) if page else "",
        thumb=shown.urls.thumb(shown.asked.site.id, page, **shown.asked.question.query())
        if shown.is_pictured(page)
        else "",
        compare="" if why_not or later is None else _comparison(shown, i, page),
        why_not=why_not,
        visitors=lang.number(step.visitors),
        of_first=_of_first(shown, step.of_first),
        joined=_joined(shown, step) if step.joined and ordered else "",
        label=_label(shown, step),
        width=percent(step.visitors / widest),
        joined_width=percent(step.joined / widest) if ordered else "0",
        share=lang.share(step.of_before.share) if _enough(step.of_before) and step.of_before else "",
        interval=lang.between(step.of_before.low, step.of_before.high)
        if _enough(step.of_before) and step.of_before
        else "",
        before=_before(shown, i),
        fell=shown.fell(i),
        alarm=shown.worst == i + 1,
        time="" if few_wait else lang.span(step.to_next_median_ms or 0),
        time_p90="" if few_wait else lang.span(step.to_next_p90_ms or 0),
        lost=lang.number(later.visitors - step.visitors)
        if later and ordered and step.visitors > later.visitors
        else "",
        instead=_instead(shown, steps, i, widest),
    )


def _enough(share: ShareOf | None) -> bool:
    return share is not None and share.of >= FEW


def _joined(shown: ShownFunnel, step: FunnelStep) -> str:
    number = shown.lang.number
    return shown.lang.text(
        "+%(n)s joined later, %(all)s in all", n=number(step.joined), all=number(step.visitors + step.joined)
    )


def _label(shown: ShownFunnel, step: FunnelStep) -> str:
    """What the bar shows, for screen readers."""
    lang = shown.lang
    if shown.funnel.in_any_order:
        return lang.plural("%(num)s visitor did all of them", "%(num)s visitors did all of them", step.visitors)
    return lang.text(
        "%(n)s visitors in order, %(joined)s joined later",
        n=lang.number(step.visitors),
        joined=lang.number(step.joined),
    )


def _of_first(shown: ShownFunnel, share: ShareOf | None) -> str:
    if share is None or share.of < FEW:
        return ""
    return shown.lang.text("%(share)s of step 1", share=shown.lang.share(share.share))


def _before(shown: ShownFunnel, i: int) -> str:
    then = shown.before.steps[i].of_before if shown.before else None
    if then is None or then.of < FEW:
        return ""
    return shown.lang.text("before %(share)s", share=shown.lang.share(then.share))


def _why_not(shown: ShownFunnel, step: FunnelStep, page: str) -> str:
    """Why those who went on from a step cannot be compared with those who left; "" if they can."""
    _ = shown.lang.text
    if not page:
        return _("no page, so no heatmap")
    if not shown.is_pictured(page):
        return _("no picture yet")
    return _("too few to compare") if step.visitors < FEW else ""


def _comparison(shown: ShownFunnel, i: int, page: str) -> str:
    """The maps of the visitors whom the funnel counts in this step: those who did the next one, and those who did not.

    The days of the maps end with the last day on which the step can have been done, and the maps have no device or
    segment of their own: like the funnel, which these narrow in its first step only.
    """
    question, funnel, today = shown.asked.question, shown.funnel, shown.asked.today
    since, until = question.period.span(today)
    went_on = FunnelStop(
        journey=shown.journey.id,
        steps=funnel.steps,
        step=i + 1,
        days=funnel.window_days,
        since=since.isoformat(),
        until=until.isoformat(),
        in_any_order=funnel.in_any_order,
        device=question.device,
        among=question.group,
    )
    last = max(until, min(today, until + timedelta(days=funnel.window_days)))
    sets = {
        **Period(since=since, until=last).query(),
        "page": shown.map_of(funnel.steps[i]),
        "width": str(shown.width(page) or "") if question.device else "",
        "journey": shown.journey.id,
        "segment": _rule_text(went_on),
        "with": f"segment:{_rule_text(replace(went_on, went_on=False))}",
    }
    return shown.urls.compare_sets(shown.asked.site.id, **{name: value for name, value in sets.items() if value})


def _rule_text(stop: FunnelStop) -> str:
    return text_of_tree(Group(rules=(Rule(what="funnel", scope="visitor", funnel=stop),)))


def _instead(shown: ShownFunnel, steps: Steps, i: int, widest: int) -> tuple[WentInstead, ...]:
    """The most frequent ones by name, the others together; on the bar they lie in the gap to the next step."""
    lang, step = shown.lang, steps[i]
    lost = sum(one.visitors for one in step.instead)
    if lost < FEW:
        return ()
    gone = [("", lang.text("Left the site"), one.visitors, True) for one in step.instead if not one.touchpoint]
    named = [
        (one.touchpoint, shown.name(one.touchpoint), one.visitors, False) for one in step.instead if one.touchpoint
    ]
    rest = sum(n for _key, _name, n, _left in named[NAMED:])
    every = [*gone, *named[:NAMED], *([("", lang.text("Other"), rest, False)] if rest else [])]
    found, at = [], steps[i + 1].visitors
    for key, name, n, left in every:
        href = _paths_through(shown, key) if key and not key.startswith(ELEMENT) else ""
        place = percent(at / widest)
        found.append(WentInstead(name, lang.share(n / lost), left, at=place, width=percent(n / widest), href=href))
        at += n
    return tuple(found)


def _paths_through(shown: ShownFunnel, key: str) -> str:
    """The paths through a step: a touchpoint, a page, a page group or an event."""
    through = {"through": key if key.startswith(OWN) else f"touchpoint:{key}"}
    return shown.urls.paths(shown.asked.site.id, shown.journey.id, **shown.asked.question.query() | through)


def percent(share: float) -> str:
    """A share as a CSS percentage without its sign."""
    return f"{100 * share:.2f}"
