"""The layers of a map, as links: the first six beside each other, all of them with a line of explanation below."""

from __future__ import annotations

from dataclasses import dataclass

from store.kinds import LAYER_KINDS, LAYERS, USUAL_LAYER, LayerName
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting

FIRST: tuple[LayerName, ...] = ("elements", "clicks", "rage", "dead", "attention", "reach")


@dataclass(frozen=True)
class LayerMenu:
    """`first` are always visible; `every` has all layers, each with what it shows in `small`. `more`: whether the one
    that is drawn is not among the first."""

    first: tuple[Choice, ...]
    every: tuple[Choice, ...]
    more: str


def layer_menu(setting: MapSetting) -> LayerMenu:
    lang, drawn = setting.lang, setting.asked.question.drawn_layer
    names = layer_names(lang)
    every = {name: _choice(setting, name) for name in LAYERS}
    first = tuple(every[name] for name in FIRST)
    return LayerMenu(first, tuple(every.values()), "" if drawn in FIRST else names[drawn])


def layer_names(lang: Language) -> dict[LayerName, str]:
    _ = lang.text
    return {
        "elements": _("Elements"),
        "clicks": _("Clicks"),
        "rage": _("Rage"),
        "dead": _("Dead"),
        "hover": _("Hover"),
        "attention": _("Attention"),
        "reach": _("Reach"),
        "ignored": _("Ignored"),
        "confetti": _("Confetti"),
        "zones": _("Zones"),
        "forms": _("Forms"),
    }


def _choice(setting: MapSetting, name: LayerName) -> Choice:
    question, kind = setting.asked.question, LAYER_KINDS[name]
    # Reach is measured on the page as it opens: it has no states.
    state = "" if kind == "scroll" else question.state
    links = setting.links.keeping(sort="", element="") if kind != question.kind else setting.links
    href = links.to(layer="" if name == USUAL_LAYER[kind] else name, kind=kind, state=state, every=False)
    return Choice(layer_names(setting.lang)[name], href, name == question.drawn_layer, title=_says(setting.lang)[name])


def _says(lang: Language) -> dict[LayerName, str]:
    """What each layer shows, in a line."""
    _ = lang.text
    return {
        "elements": _("share who clicked each box"),
        "clicks": _("where on the page, as heat"),
        "rage": _("three or more quick clicks on the same spot"),
        "dead": _("clicks after which nothing happened"),
        "hover": _("where the mouse rested"),
        "attention": _("seconds in view, each part of the page"),
        "reach": _("how far down the page was seen"),
        "ignored": _("seen by many, touched by nobody"),
        "confetti": _("each click a dot, by source, device, variant or segment"),
        "zones": _("parts of the page that you name, each as a whole"),
        "forms": _("time, corrections, blanks and the last field before leaving"),
    }
