"""The states of a page on its map: which one is shown, and how many clicks were made in the others."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.maps import HeatmapAnswer, ReachAnswer
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.empty import Empty


@dataclass(frozen=True)
class InStates:
    """A sentence that says how many points were made in other states, with a link to each."""

    words: str
    links: tuple[Choice, ...]


def state_choices(setting: MapSetting) -> list[Choice]:
    """The page as it opens and each state. Empty if the page has no states, and for reach."""
    question = setting.asked.question
    if not setting.has_states or question.kind == "scroll":
        return []
    return [
        Choice(name, setting.links.to(state=key, every=False), key == question.state)
        for key, name in setting.state_names.items()
    ]


def define_link(setting: MapSetting) -> Choice | None:
    """A link to the list of states, or to the form for a first state of this page."""
    if not setting.editor or not setting.page_is_known:
        return None
    if setting.has_states:
        return Choice(setting.lang.text("Define states"), setting.urls.states(setting.site.id))
    form = setting.urls.new_state(setting.site.id, page=setting.pictured_page)
    return Choice(setting.lang.text("Define a state for this page"), form)


def in_states(setting: MapSetting, found: HeatmapAnswer | ReachAnswer | None) -> InStates | None:
    """How many points were made in other states; None if there are none, or if a state is shown."""
    question, lang = setting.asked.question, setting.lang
    if question.state or not isinstance(found, HeatmapAnswer):
        return None
    others = [other for other in found.figures.states if other.points]
    if not others:
        return None
    total = sum(other.points for other in others)
    if question.kind == "hover":
        words = lang.plural("%(num)s hover was made in:", "%(num)s hovers were made in:", total)
    else:
        words = lang.plural("%(num)s click was made in:", "%(num)s clicks were made in:", total)
    links = (
        Choice(
            f"{setting.state_names.get(other.state, other.state)} ({lang.number(other.points)})",
            setting.links.to(state=other.state, width=found.figures.snapshot.width, every=False),
        )
        for other in others
    )
    return InStates(words, tuple(links))


def no_picture_of_state(setting: MapSetting) -> Empty:
    """What to say instead of the picture of a state that has none yet."""
    _, name = setting.lang.text, setting.state_names[setting.asked.question.state]
    return Empty(
        _("No picture of “%(state)s” on %(path)s yet", state=name, path=setting.path),
        (
            _(
                "Clicks made there are kept until there is a picture. The steps of the state are carried out before "
                "it is taken."
            ),
        ),
        (Choice(_("Show the page as it opens"), setting.links.to(state=""), not setting.may_take),),
        take=setting.may_take,
    )
