"""The bar of a map: its current choices, each with links to the alternatives."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.states import define_link, state_choices
from viewer.pages.map.controls import VisitorsByDevice, device_choices, kind_choices, width_choices
from viewer.pages.map.period import PeriodControl, period_control


@dataclass(frozen=True)
class Bar:
    """`widths`: those with a picture. `variants`: those of experiments on this page. `states`: empty if it has none.

    `define`: a link to define states, for people who may.
    """

    kinds: list[Choice]
    widths: list[Choice]
    period: PeriodControl
    variants: list[Choice]
    devices: list[Choice]
    states: list[Choice]
    define: Choice | None


def bar_of(setting: MapSetting, visitors: VisitorsByDevice) -> Bar:
    lang, links = setting.lang, setting.links
    return Bar(
        kinds=kind_choices(lang, links),
        widths=width_choices(lang, links, setting.widths, setting.width, visitors),
        period=period_control(lang, links, setting.asked.today),
        variants=variant_choices(setting),
        devices=device_choices(lang, links, setting.width, visitors),
        states=state_choices(setting),
        define=define_link(setting),
    )


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
