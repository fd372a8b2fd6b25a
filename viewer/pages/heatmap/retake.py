"""The form that retakes the picture of a map."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.pictures.fields import Fields, address_of, fields_of


@dataclass(frozen=True)
class Retake:
    """Without an action there is no form. `every`: label of the checkbox for all states; "" if the page has none."""

    action: str = ""
    next: str = ""
    fields: Fields = ()
    every: str = ""
    history: str = ""  # all pictures of the page; for everybody
    own_browser: str = ""  # where the picture can be taken in one's own browser


def retake_of(setting: MapSetting) -> Retake:
    history = setting.urls.picture_history(setting.site.id, page=setting.pictured_page)
    if not setting.may_take:
        return Retake(history=history)
    every = setting.lang.text("all states") if setting.has_states else ""
    question = setting.asked.question
    own = setting.urls.own_browser(
        setting.site.id,
        page=setting.pictured_page,
        width=question.width,
        variant=":".join(question.variant or ()),
        state=question.state,
    )
    take, here = setting.urls.take(setting.site.id), setting.links.to(every=False)
    return Retake(take, here, _fields(setting), every, history, own)


def _fields(setting: MapSetting) -> Fields:
    """Fields for the picture that the map is drawn on: the variant's, if the variant has its own address.

    At the width of that picture; without a picture at the usual widths.
    """
    widths = (setting.width,) if setting.width else ()
    question, known = setting.asked.question, setting.asked.known
    own = [
        variant.picture_url
        for experiment in known.experiments
        for variant in experiment.variants
        if (experiment.id, variant.key) == question.variant and variant.picture_url
    ]
    if own:
        return fields_of((own[0], ":".join(question.variant or ())), state=question.state, widths=widths)
    return fields_of(
        (address_of(setting.pictured_page, list(known.snapshots)), ""), state=question.state, widths=widths
    )
