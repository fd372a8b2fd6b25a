"""A map by itself, as a reader without an account or a report shows it: the same figures as on its own page, and no
address of any other page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.pictures.newest import NoSnapshot
from rules.find import NotFound
from rules.question import MAP
from store.kinds import LayerName
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.layer_reader import LayerReader
from viewer.maps import HeatmapAnswer, Maps, ReachAnswer
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.layers import layer_names
from viewer.pages.heatmap.look import map_look
from viewer.pages.heatmap.page import layer_of
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.elements import Column
from viewer.pages.map.layer import Layer
from viewer.pages.sentences.names import device_label
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions


@dataclass(frozen=True)
class MapAlone:
    """`facts`: label and value, such as the days and the visitors. `rows`: how many elements the table has; 0: none."""

    title: str
    name: str
    path: str
    facts: tuple[tuple[str, str], ...]
    layer: Layer
    how: str
    rows: int
    wide: str
    demo: bool


@dataclass(frozen=True)
class MapsAlone:
    """Reads maps by the parameters of their questions. `urls` of each method: where its pictures are."""

    questions: Questions
    maps: Maps
    layers: LayerReader
    bars: WhoBars

    async def setting(self, lang: Language, site: str, query: Mapping[str, str], urls: Urls) -> MapSetting | None:
        """The question of a map; None if what it is about was deleted."""
        try:
            known = await self.questions.known_site(site, remembered=True)
        except NotFound:
            return None
        asked = await self.questions.resolve(known, query, MAP, remembered=True)
        if asked.faults:
            return None
        return MapSetting(replace(lang, zone=known.site.zone), urls, asked, look=map_look(query))

    async def answer(self, setting: MapSetting) -> HeatmapAnswer | ReachAnswer | None:
        """The exact figures; None without a picture."""
        try:
            return await self.maps.answer(setting.question, setting.asked.known, exact=True)
        except NoSnapshot:
            return None

    async def shown(
        self, lang: Language, site: str, query: Mapping[str, str], urls: Urls, rows: int
    ) -> MapAlone | None:
        """The map with `rows` of its elements; None if what it is about was deleted."""
        setting = await self.setting(lang, site, query, urls)
        found = await self.answer(setting) if setting else None
        if setting is None or found is None:
            return None
        narrowed = await self.bars.narrowed(setting.lang, setting.asked)
        setting = replace(setting, narrowed=narrowed)
        asked = replace(setting.asked, question=setting.question)
        try:
            drawn = await self.layers.drawn_of(asked, found, setting.look.by)
        except Problem:  # the segment that colours the dots was deleted
            return None
        return _shown(setting, within(layer_of(setting, drawn)), rows)


def within(layer: Layer) -> Layer:
    """The layer without addresses of pages that need a sign-in."""
    elements = tuple(replace(one, href=f"#{one.id}", detail=[], held=False) for one in layer.elements)
    columns = tuple(Column(one.label) for one in layer.columns)
    return replace(
        layer,
        elements=elements,
        columns=columns,
        by_name=Column(layer.by_name.label),
        bases=(),
        changed=None,
        more=None,
    )


def _shown(setting: MapSetting, layer: Layer, rows: int) -> MapAlone:
    lang, question, _ = setting.lang, setting.question, setting.lang.text
    since, until = question.period.span(setting.asked.today)
    others = setting.narrowed.parts[1:] if question.device else setting.narrowed.parts
    facts = [
        (_("Days"), f"{lang.day(since, year=since.year != until.year)} – {lang.day(until, year=True)}"),
        (_("Device"), device_label(lang, question.device) if question.device else _("All")),
        (_("Who"), ", ".join(others) or _("Everyone")),
        *((one.label, one.value) for one in layer.figures),
    ]
    state = setting.state_names[question.state] if question.state else ""
    name = ", ".join(part for part in (setting.name, state) if part)
    width = lang.number(layer.picture.width)
    return MapAlone(
        title=lang.named(name, layer_names(lang)[layer.name]),
        name=name,
        path=setting.path,
        facts=tuple(facts),
        layer=layer,
        how=how_to_read(lang, layer.name),
        rows=rows,
        wide="" if layer.picture.phone else _("A page %(width)s px wide: slide it sideways.", width=width),
        demo=setting.site.demo,
    )


def how_to_read(lang: Language, layer: LayerName) -> str:
    """What the colours and the columns mean, for somebody who sees a map for the first time."""
    _ = lang.text
    interval = _("The true share lies within the 95% interval 19 times of 20.")
    if layer == "reach":
        return _("The darker the veil, the fewer visits came this far down the page. Lines say which share did.")
    if layer == "attention":
        return _("Darker means that this part of the page was in view for longer.")
    if layer in ("clicks", "rage", "dead", "hover"):
        first = _("Darker means more of it.")
        return f"{first} {_('Each share is of the visitors who had the element in view.')} {interval}"
    if layer == "confetti":
        return _("Each dot is one click. The colours are explained in the legend.")
    return f"{_('Boxes are coloured by the share of visitors who used the element, of those who saw it.')} {interval}"
