"""The lane of touchpoints: each as a card with the heatmap of its busiest page, its figures and its comparisons."""

from __future__ import annotations

from dataclasses import dataclass

from rules.segment import text_of_tree
from store.journeys import Stage, Touchpoint, TouchpointKind
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.before import touchpoint_alarms, with_before
from viewer.pages.journey.facts import MapFact, touchpoint_facts, worst_touchpoint
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.metrics import more_facts
from viewer.pages.journey.stage_heads import trees_after
from viewer.pages.who.from_screen import joined


@dataclass(frozen=True)
class TouchpointTile:
    """`href`: its heatmap; "" if it has none. `evidence`: its kind, or why it has no figures. `compare`: links to the
    two maps of those who went on and those who left. `more`: further figures, shown on demand. `card`: the address of
    its figures over time; "" without."""

    key: str
    name: str
    href: str = ""
    thumb: str = ""
    evidence: str = ""
    facts: tuple[MapFact, ...] = ()
    more: tuple[MapFact, ...] = ()
    alarm: bool = False
    compare: tuple[Choice, ...] = ()
    card: str = ""


def touchpoint_cards(measured: MeasuredJourney, stage: Stage) -> tuple[TouchpointTile, ...]:
    """The cards of a stage."""
    worst = worst_touchpoint(measured)
    return tuple(_card(measured, stage, touchpoint, touchpoint.key == worst) for touchpoint in stage.touchpoints)


def _card(measured: MeasuredJourney, stage: Stage, touchpoint: Touchpoint, bad: bool) -> TouchpointTile:
    lang, urls, site = measured.lang, measured.urls, measured.site
    name, row = lang.words(touchpoint.name, touchpoint.key), measured.touchpoint_row(touchpoint)
    if touchpoint.kind == "manual":
        return TouchpointTile(touchpoint.key, name, evidence=lang.text("typed, not measured"))
    kind = "" if touchpoint.kind == "page" else kind_names(lang)[touchpoint.kind]
    if row is None or not row.visitors:
        nobody = lang.text("nothing measured in this period") if kind else lang.text("nobody in this period")
        return TouchpointTile(touchpoint.key, name, evidence=", ".join(part for part in (kind, nobody) if part))
    stages = measured.journey.stages
    at_end = stages.index(stage) >= measured.goal_stage or stage is stages[-1]
    query = measured.query
    picture = {name: value for name, value in query.items() if name != "journey"}
    return TouchpointTile(
        key=touchpoint.key,
        name=name,
        href=urls.heatmap(site, **{"page": row.page} | query) if row.page else "",
        thumb=urls.thumb(site, row.page, **picture) if row.page in measured.pictured else "",
        evidence=kind,
        facts=with_before(measured, touchpoint, touchpoint_facts(measured, row, bad=bad, at_end=at_end)),
        more=more_facts(measured, touchpoint),
        alarm=bad or touchpoint_alarms(measured, touchpoint),
        compare=comparisons(measured, stage, touchpoint, "" if row.few else row.page),
        card=urls.touchpoint(site, measured.journey.id, touchpoint.key, **picture),
    )


def comparisons(measured: MeasuredJourney, stage: Stage, touchpoint: Touchpoint, page: str) -> tuple[Choice, ...]:
    """The heatmap of its page of those who went on beside that of those who left; of those who reached the goal or did
    not. `page`: "" if it has too few visitors."""
    if page not in measured.pictured:
        return ()
    lang, question = measured.lang, measured.asked.question
    query, found = {"page": page} | measured.query, []
    trees = trees_after(measured, list(touchpoint.pages), stage)
    if trees and trees.did_not:
        went_on, left = (text_of_tree(joined(question, tree)) for tree in (trees.did, trees.did_not))
        sets = query | {"segment": went_on, "with": f"segment:{left}"}
        found.append(Choice(lang.text("Left / went on"), measured.urls.compare_sets(measured.site, **sets)))
    goal = measured.goal
    if goal and any(one.id == goal for one in measured.asked.known.goals):
        sets = query | {"with": f"left:{goal}"}
        found.append(Choice(lang.text("Goal reached or not"), measured.urls.compare_sets(measured.site, **sets)))
    return tuple(found)


def kind_names(lang: Language) -> dict[TouchpointKind, str]:
    """What each kind of touchpoint is called."""
    _ = lang.text
    return {
        "page": _("page"),
        "element": _("element"),
        "event": _("event"),
        "channel": _("channel"),
        "offsite": _("from file"),
        "manual": _("typed"),
    }
