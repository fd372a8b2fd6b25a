"""A map as readers of a link see it: with the same figures as on its own page, and no address outside the link."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aggregator.pictures.newest import NoSnapshot
from rules.find import NotFound
from rules.question import MAP
from store.definitions import Missing
from store.kinds import LayerName
from store.shares import Share
from store.snapshots import Snapshots
from viewer.drawing.look import Look
from viewer.heat_strips import heat_strip
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
from viewer.work import Work

LOOKS = {"heat": Look(), "heat-dark": Look(palette="dark")}
ROWS = 14  # elements in the table


@dataclass(frozen=True)
class SharedUrls(Urls):
    """Addresses of the pictures below the link. All parameters are those of the link, so none is in an address."""

    secret: str = ""
    part: int = 0

    def strip(self, site: str, snapshot: int, n: int) -> str:
        return self.shared_picture(self.secret, self.part, "page", n)

    def heat(self, site: str, **query: object) -> str:
        layer = "heat-dark" if query.get("palette") == "dark" else "heat"
        return self.shared_picture(self.secret, self.part, layer, int(str(query["strip"])))


@dataclass(frozen=True)
class SharedMap:
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
class SharedMaps:
    """Reads what links to maps show."""

    questions: Questions
    maps: Maps
    layers: LayerReader
    bars: WhoBars
    snapshots: Snapshots
    work: Work
    urls: Urls

    async def strip(self, lang: Language, share: Share, layer: str, n: int) -> tuple[bytes, str] | None:
        """A strip of the page's picture (`page`) or of the heat over it (a key of LOOKS), and its type of image; None
        for any other, and if what the link is about was deleted."""
        setting = await self._setting(lang, share, "")
        found = await self._answer(setting) if setting else None
        if found is None:
            return None
        try:
            if layer == "page":
                return await self.work.run(self.snapshots.strip, found.figures.snapshot.id, n), "webp"
            if layer in LOOKS:
                return await heat_strip(self.maps, self.work, found, LOOKS[layer], n), "png"
        except Missing:
            return None
        except Problem as problem:
            if problem.status != 404:
                raise
        return None

    async def page(self, lang: Language, share: Share, secret: str) -> SharedMap | None:
        """The map of a link; None if what it is about was deleted."""
        setting = await self._setting(lang, share, secret)
        found = await self._answer(setting) if setting else None
        if setting is None or found is None:
            return None
        narrowed = await self.bars.narrowed(setting.lang, setting.asked)
        setting = replace(setting, narrowed=narrowed)
        asked = replace(setting.asked, question=setting.question)
        try:
            drawn = await self.layers.drawn_of(asked, found, setting.look.by)
        except Problem:  # the segment that colours the dots was deleted
            return None
        return _shown(setting, within(layer_of(setting, drawn)), share)

    async def _setting(self, lang: Language, share: Share, secret: str) -> MapSetting | None:
        try:
            known = await self.questions.known_site(share.site, remembered=True)
        except NotFound:
            return None
        asked = await self.questions.resolve(known, share.query, MAP, remembered=True)
        if asked.faults:
            return None
        urls = SharedUrls(self.urls.base, secret)
        return MapSetting(replace(lang, zone=known.site.zone), urls, asked, look=map_look(share.query))

    async def _answer(self, setting: MapSetting) -> HeatmapAnswer | ReachAnswer | None:
        try:
            return await self.maps.answer(setting.question, setting.asked.known, exact=True)
        except NoSnapshot:
            return None


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


def _shown(setting: MapSetting, layer: Layer, share: Share) -> SharedMap:
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
    return SharedMap(
        title=lang.named(name, layer_names(lang)[layer.name]),
        name=name,
        path=setting.path,
        facts=tuple(facts),
        layer=layer,
        how=how_to_read(lang, layer.name),
        rows=ROWS if share.elements else 0,
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
