"""The heatmap of a page: picture, heat, elements, account."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from rules.question import MAP
from rules.share import SharedThing
from store.devices import device_of
from viewer.access.person import Person, signed_in
from viewer.jobs import Jobs
from viewer.layer_reader import DrawnMap, LayerReader
from viewer.maps import ReachAnswer
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.heatmap.answer_layer import AnswerLayer, answer_layer, asks_for_elements, hidden_answers
from viewer.pages.heatmap.bar import Bar, bar_of
from viewer.pages.heatmap.dots import dot_layer
from viewer.pages.heatmap.empty import no_picture, nothing_drawn
from viewer.pages.heatmap.form_layer import form_layer
from viewer.pages.heatmap.head import Head, all_pages_link, compare_link, exports_of, head_of, journey_link, title_of
from viewer.pages.heatmap.heat import heat_layer
from viewer.pages.heatmap.layers import layer_names
from viewer.pages.heatmap.look import MapLook, map_look
from viewer.pages.heatmap.note_layer import NoteLayer, hidden_notes, note_layer
from viewer.pages.heatmap.reach import reach_layer
from viewer.pages.heatmap.retake import Retake, retake_of
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.states import InStates, in_states
from viewer.pages.heatmap.unpictured import UnpicturedLine, unpictured_lines
from viewer.pages.heatmap.zone_layer import ZonePanel, zone_layer, zone_panel
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.layer import Layer
from viewer.pages.map.links import with_query
from viewer.pages.map.page_names import page_names
from viewer.pages.map.robots import Robots, robots_of
from viewer.pages.map.touchpoint_pages import TouchpointPageLine, touchpoint_page_line
from viewer.pages.map.way_back import TOUCHPOINT
from viewer.pages.pictures.taking import Taking, on_map, taking_of
from viewer.pages.share.panel import SharePanel, SharePanels, Sharing
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.touchpoint_pages import TouchpointPageReader
from viewer.traffic import TrafficReader


@dataclass(frozen=True, kw_only=True)
class HeatmapPage(Page):
    """The heatmap of a page at one width, `/sites/3/heatmap?page=shop.example/basket&kind=click&width=1366`."""

    template = "heatmap/heatmap.html"
    docs = "reading-a-map"
    head: Head = doc("Name and path of the page, and when the picture was taken")
    bar: Bar = doc("Kinds, pictures, days, variants and states, as links")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, there is no map")
    retake: Retake = doc("The form that retakes the picture")
    exports: list[Choice] = doc("The same map as PNG, CSV, JSON, NPY")
    compare: str = doc("Where the visitors of the map are compared with others; empty without a page")
    journey: str = doc("Real ways of visitors who are on the map; empty without one")
    in_states: InStates | None = doc("How many points were made in the states of the page")
    robots: Robots = doc("Which bots the map includes, and the link that shows them or leaves them out")
    empty: Empty | None = doc("What to show when there is no picture or nothing to draw")
    layer: Layer | None = doc("The map: picture, figures, elements, account, legend; None if there is no picture")
    unpictured: tuple[UnpicturedLine, ...] = doc("What was used on a page without a picture")
    touchpoint: TouchpointPageLine | None = doc(
        "Which page of a touchpoint the map shows; None for a touchpoint of one page", default=None
    )
    look: MapLook = doc("What the reader chose about how the map is shown")
    all_elements: Choice | None = doc("Link to the whole table")
    taking: Taking | None = doc("The pictures of the page that are being taken, or could not be")
    here: str = doc("Address of this map")
    narrow: str = doc("Address of the same map on a picture for narrow screens; empty if this is one")
    held: str = doc("Address of the figures of one element, which is named by a parameter `element`")
    report: str = doc("Address of this map as a sheet for paper")
    chosen: int = doc("Id of the picture if somebody chose it for maps, else 0")
    notes: NoteLayer | None = doc("The notes on the map; None without a picture")
    answers: AnswerLayer | None = doc("Answers on the map; None where no survey asks for an element", default=None)
    zones: ZonePanel | None = doc("How zones are changed and made; None on other layers")
    share_href: str = doc(
        "Address of this map with the panel that makes read-only links; empty for viewers", default=""
    )
    keep_href: str = doc("Where this map is kept, for those who may; else empty", default="")
    share: SharePanel | None = doc("The panel that makes read-only links, in place of the figures", default=None)


@dataclass(frozen=True)
class MapReaders:
    """Where the page reads the map, the visitors by device, the pictures that are being taken, and the other pages of a
    touchpoint."""

    layers: LayerReader
    traffic: TrafficReader
    jobs: Jobs
    touchpoints: TouchpointPageReader


async def heatmap(
    request: Request,
    *,
    questions: Questions,
    frames: Frames,
    readers: MapReaders,
    bars: WhoBars,
    panels: SharePanels,
) -> Response:
    asked = await questions.read(request, MAP)
    frame = await frames.of(request, "pages", asked.site)
    look, editor = map_look(request.query_params), signed_in(request).may("editor")
    found_jobs = on_map(readers.jobs.of(asked.site.id), asked.question.page, time.time())
    taking = taking_of(frame.lang, frames.urls, asked.site, found_jobs, editor) if found_jobs else None
    setting = MapSetting(frame.lang, frames.urls, asked, editor, look, taking)
    if asked.faults:
        who = await bars.of(frame.lang, setting.links, asked)
        return answer(request, without_map(frame, setting, who), asked.status)
    async with bars.begun(frame.lang, setting.links, asked) as counting:
        drawn, who = await readers.layers.drawn(replace(asked, question=setting.question), look.by), await counting
    setting = replace(setting, narrowed=who.narrowed)
    line = await _touchpoint(setting, readers.touchpoints)
    if drawn is None:
        since, until = asked.question.period.span(asked.today)
        devices = await readers.traffic.devices(asked.site, asked.question.patterns, since, until)
        empty = no_picture(setting, sum(devices.values()))
        table = unpictured_lines(frame.lang, await readers.layers.unpictured(asked.question))
        return answer(request, replace(without_map(frame, setting, who, empty), unpictured=table, touchpoint=line))
    page = with_map(frame, setting, who, drawn)
    page = replace(
        page,
        touchpoint=line,
        notes=await _notes(setting, signed_in(request), drawn, readers.layers),
        answers=await _answers(setting, readers.layers),
    )
    if not editor:
        return answer(request, page)
    sharing = sharing_of(setting, page)
    kept = frames.urls.keep_map(asked.site.id, **sharing.thing.question.query(), **dict(sharing.thing.look))
    page = replace(page, share_href=sharing.here, keep_href=kept)
    if "share" not in request.query_params:
        return answer(request, page)
    panel = await panels.of(request, frame.lang, asked.site, sharing)
    return panels.forget(request, answer(request, replace(page, share=panel)))


async def _touchpoint(setting: MapSetting, reader: TouchpointPageReader) -> TouchpointPageLine | None:
    question = setting.asked.question
    journey = setting.look.journey.partition(TOUCHPOINT)[0]
    found = await reader.of(setting.site, journey, question.page, [question])
    names = page_names(list(setting.asked.known.snapshots))
    return touchpoint_page_line(setting.lang, setting.links, names, found)


def sharing_of(setting: MapSetting, page: HeatmapPage) -> Sharing:
    """What a link to this map shows."""
    lang, question, _ = setting.lang, setting.question, setting.lang.text
    parts = [layer_names(lang)[question.drawn_layer], *(setting.narrowed.parts or (_("everyone"),))]
    figures = [lang.named(one.label, one.value) for one in page.layer.figures] if page.layer else []
    shows = _("%(what)s: the map, its legend, the days and the account. %(figures)s")
    look = tuple(setting.look.drawn_query().items())
    close = setting.links.to()
    return Sharing(
        thing=SharedThing("map", question, look=look),
        heading=_("Share this map"),
        shows=shows % {"what": ", ".join(parts), "figures": ", ".join(figures)},
        here=with_query(close, {"share": "1"}),
        close=close,
    )


async def _answers(setting: MapSetting, layers: LayerReader) -> AnswerLayer | None:
    """The answers to surveys; None where no survey asks for an element."""
    if not asks_for_elements(setting.asked.known.surveys):
        return None
    if not setting.look.answers:
        return hidden_answers(setting)
    return answer_layer(setting, await layers.answers(setting.asked, setting.question))


async def _notes(setting: MapSetting, who: Person, drawn: DrawnMap, layers: LayerReader) -> NoteLayer:
    found = await layers.notes(setting.asked, setting.question, setting.look.notes > 0)
    if not setting.look.notes:
        return hidden_notes(setting, sum(not one.resolved for one in found.notes))
    elements = layer_of(setting, drawn).elements if setting.question.drawn_layer != "zones" else ()
    return note_layer(setting, who, found, elements)


def _held(setting: MapSetting) -> str:
    """Where the figures of one element are; "" for a layer whose elements nobody used, or that has no clicks."""
    if setting.question.drawn_layer == "zones":
        return setting.urls.held_zone(setting.site.id, **setting.fixed)
    has_users = setting.question.kind != "scroll" and setting.question.drawn_layer not in ("ignored", "forms")
    return setting.urls.held_element(setting.site.id, **setting.fixed) if has_users else ""


def _narrow(setting: MapSetting) -> str:
    width = max((one for one in setting.widths if device_of(one) == "phone"), default=0)
    return (
        setting.links.to(width=width) if width and width != setting.width and not setting.asked.question.device else ""
    )


def without_map(frame: Frame, setting: MapSetting, who: WhoBar, empty: Empty | None = None) -> HeatmapPage:
    """The page of a question with faults, or of one without a picture (`empty`). The bar keeps the choices."""
    return HeatmapPage(
        frame=frame,
        title=title_of(setting),
        head=head_of(setting),
        bar=bar_of(setting),
        who=who,
        faults=fault_list(setting.lang, setting.asked.faults, setting.links, all_pages_link(setting)),
        retake=retake_of(setting),
        exports=[],
        compare="",
        journey="",
        in_states=None,
        robots=Robots(),
        empty=empty,
        layer=None,
        unpictured=(),
        look=setting.look,
        all_elements=None,
        taking=setting.taking,
        here=setting.links.to(),
        narrow=_narrow(setting),
        report=setting.urls.report(setting.site.id, **setting.fixed) if setting.page_is_known else "",
        held="",
        chosen=0,
        notes=None,
        zones=None,
    )


def with_map(frame: Frame, setting: MapSetting, who: WhoBar, drawn: DrawnMap) -> HeatmapPage:
    """The page of an answer."""
    found = drawn.found
    layer = layer_of(setting, drawn)
    return HeatmapPage(
        frame=frame,
        title=title_of(setting),
        head=head_of(setting),
        bar=bar_of(setting),
        who=who,
        faults=None,
        retake=retake_of(setting),
        exports=exports_of(setting),
        compare=compare_link(setting),
        journey=journey_link(setting),
        in_states=in_states(setting, found),
        robots=robots_of(setting.lang, setting.links, found.figures.account),
        empty=_nothing_drawn(setting, drawn, layer),
        layer=layer,
        unpictured=(),
        look=setting.look,
        all_elements=_all_elements(setting, layer),
        taking=setting.taking,
        here=setting.links.to(),
        narrow=_narrow(setting),
        report=setting.urls.report(setting.site.id, **setting.fixed, **setting.look.drawn_query()),
        held=_held(setting),
        chosen=drawn.chosen,
        notes=None,
        zones=_zones(setting, drawn),
    )


def layer_of(setting: MapSetting, drawn: DrawnMap) -> Layer:
    """Everything on the page that depends on the layer."""
    found = drawn.found
    if isinstance(found, ReachAnswer):
        return reach_layer(setting, found, drawn.strips)
    if drawn.form is not None:
        return form_layer(setting, found, drawn.form, drawn.strips)
    if drawn.zones is not None:
        return zone_layer(setting, found, drawn.zones.rows, drawn.strips)
    layer = heat_layer(setting, found, drawn.strips)
    return replace(layer, dots=dot_layer(setting, drawn.dots)) if drawn.dots else layer


def _zones(setting: MapSetting, drawn: DrawnMap) -> ZonePanel | None:
    if drawn.zones is None or isinstance(drawn.found, ReachAnswer):
        return None
    return zone_panel(setting, drawn.zones, drawn.found.map.layout)


def _nothing_drawn(setting: MapSetting, drawn: DrawnMap, layer: Layer) -> Empty | None:
    if drawn.form is None:
        return nothing_drawn(setting, drawn.found, layer.account)
    return None if drawn.form.fields else Empty(setting.lang.text("Nobody used a field of this page"))


def _all_elements(setting: MapSetting, layer: Layer) -> Choice | None:
    if setting.look.every or all(element.listed for element in layer.elements):
        return None
    label = setting.lang.text("All %(n)s elements", n=setting.lang.number(len(layer.elements)))
    return Choice(label, setting.links.to(every=True))
