"""The head of a map's page: title, date of the picture, exports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from rules.question import SETS
from store.kinds import MapKind
from store.snapshots import Snapshot
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.layers import layer_names
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.way_back import way_back


@dataclass(frozen=True)
class Head:
    """`name`: the page's title, or its path. `path`: with the host if the site has several."""

    name: str
    path: str
    picture_line: str
    back: Choice | None = None  # to the journey that led here


def head_of(setting: MapSetting) -> Head:
    back = way_back(setting.lang, setting.urls, setting.asked.question, setting.look.journey)
    return Head(setting.name, setting.path, picture_line(setting.lang, setting.snapshot), back)


def title_of(setting: MapSetting) -> str:
    """The window title: page, state, kind of map."""
    question = setting.asked.question
    state = setting.state_names[question.state] if question.state else ""
    return ", ".join(part for part in (setting.name, state, layer_names(setting.lang)[question.drawn_layer]) if part)


def picture_line(lang: Language, snapshot: Snapshot | None) -> str:
    """When the picture was taken."""
    if snapshot is None:
        return ""
    moment, width = lang.moment(snapshot.taken), lang.number(snapshot.width)
    return lang.text("Picture of %(moment)s, %(width)s px wide", moment=moment, width=width)


def exports_of(setting: MapSetting) -> list[Choice]:
    """The same map as a picture for slides, the table of elements as CSV, everything as JSON, the grid as NPY."""
    _, urls, site = setting.lang.text, setting.urls, setting.site.id
    asked = setting.fixed | {"layer": setting.question.drawn_layer}
    data, drawn = partial(urls.api, "sites", site, "heatmap", **asked), setting.look.drawn_query()
    # The API writes its frame in English, and knows the usual look alone.
    from_api = setting.lang.code == "en" and not drawn.keys() - {"by"}
    png = data(**drawn, frame="1", format="png") if from_api else urls.map_picture(site, **asked, **drawn)
    return [
        Choice("PNG", png, small=_("picture with title, legend and account")),
        Choice("CSV", data(table="elements", format="csv"), small=_("table of elements")),
        Choice("JSON", data(format="json"), small=_("all figures and points")),
        Choice("NPY", data(format="npy"), small=_("grid")),
    ]


def compare_link(setting: MapSetting) -> str:
    """The visitors of the map against the rest, or against the period before if everybody is counted."""
    question = setting.asked.question
    kind: MapKind = question.kind if question.kind in SETS.kinds else "click"
    other = "rest" if question.group else "before"
    compared = replace(question, kind=kind, state="", compared_with=other, width=None)
    return setting.urls.compare_sets(setting.site.id, **compared.query())


def journey_link(setting: MapSetting) -> str:
    """Real ways of visitors who are on the map."""
    asked = setting.asked.question.query() | {"journey": setting.look.journey}
    return setting.urls.their_journey(setting.site.id, **asked)


def all_pages_link(setting: MapSetting) -> Choice:
    """A link to the list of pages, for a question that names no page."""
    return Choice(setting.lang.text("All pages"), setting.urls.pages(setting.site.id))
