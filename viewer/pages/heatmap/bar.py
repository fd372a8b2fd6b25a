"""The bar of a map: its current choices, each with links to the alternatives."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.layers import LayerMenu, layer_menu
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.states import define_link, state_choices
from viewer.pages.map.controls import all_on_this, picture_choices
from viewer.pages.map.period import PeriodControl, period_control


@dataclass(frozen=True)
class Bar:
    """`pictures`: what is drawn on; `all_on_this`: all devices on the picture shown. `variants`: those of experiments
    on this page. `goals`: those of the site. `states`: empty if it has none.

    `define`: a link to define states, for people who may.
    """

    layers: LayerMenu
    pictures: list[Choice]
    all_on_this: Choice | None
    period: PeriodControl
    variants: list[Choice]
    goals: list[Choice]
    states: list[Choice]
    define: Choice | None


def bar_of(setting: MapSetting) -> Bar:
    lang, links = setting.lang, setting.links
    return Bar(
        layers=layer_menu(setting),
        pictures=picture_choices(lang, links, setting.widths, setting.width),
        all_on_this=all_on_this(lang, links, setting.width),
        period=period_control(lang, links, setting.asked.today),
        variants=variant_choices(setting),
        goals=goal_choices(setting),
        states=state_choices(setting),
        define=define_link(setting),
    )


def goal_choices(setting: MapSetting) -> list[Choice]:
    """The goals that the table can have beside the elements of a map of clicks."""
    links, question, goals = setting.links, setting.question, setting.asked.known.goals
    if not goals or question.kind != "click":
        return []
    none = Choice(setting.lang.text("None"), links.to(goal=""), not question.goal)
    return [none, *(Choice(goal.name, links.to(goal=goal.id), goal.id == question.goal) for goal in goals)]


def variant_choices(setting: MapSetting) -> list[Choice]:
    """The variants of the experiments that run on the page."""
    links, asked = setting.links, setting.asked.question.variant
    if not setting.experiments:
        return []
    choices = [Choice(setting.lang.text("Any"), links.to(variant=None), not asked)]
    for experiment in setting.experiments:
        for variant in experiment.variants:
            one = (experiment.id, variant.key)
            label = f"{experiment.name}: {variant.name}" if len(setting.experiments) > 1 else variant.name
            choices.append(Choice(label, links.to(variant=one), asked == one))
    return choices
