"""The map as a picture for slides: with title, period, filters, legend and account, in the words of its page."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from rules.question import MAP
from viewer.drawing import pictures
from viewer.drawing.boxes import DrawnBox
from viewer.drawing.dots import DOT_COLOURS
from viewer.drawing.framed import Caption, FrameLegend, framed
from viewer.drawing.look import Look
from viewer.http.downloads import file_answer
from viewer.http.errors import missing
from viewer.layer_images import LayerImage, file_name, layer_image
from viewer.layer_reader import DrawnMap, LayerReader
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames
from viewer.pages.heatmap.layers import layer_names
from viewer.pages.heatmap.look import map_look
from viewer.pages.heatmap.page import layer_of
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.layer import Layer
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.work import Work


async def map_picture(
    request: Request,
    *,
    questions: Questions,
    frames: Frames,
    layers: LayerReader,
    maps: Maps,
    bars: WhoBars,
    work: Work,
) -> Response:
    """The picture as PNG; Problem 404 without a picture of the page."""
    asked = await questions.read(request, MAP)
    asked.checked()
    frame, look = await frames.of(request, "pages", asked.site), map_look(request.query_params)
    setting = MapSetting(frame.lang, frames.urls, asked, look=look, narrowed=await bars.narrowed(frame.lang, asked))
    drawn = await layers.drawn(replace(asked, question=setting.question), look.by)
    if drawn is None:
        raise missing("snapshot", setting.path, "Take a picture of the page first.")
    content = await work.heavy(_png, maps, setting, drawn)
    return file_answer(content, "png", file_name(asked, drawn.found.figures.snapshot.width))


def _png(maps: Maps, setting: MapSetting, drawn: DrawnMap) -> bytes:
    layer = layer_of(setting, drawn)
    strips = maps.pictures(drawn.found.figures.snapshot)
    image = layer_image(drawn, layer.name, Look(), strips, boxes_on(layer))
    caption = caption_of_layer(setting, layer, image)
    about = {"Title": caption.title, "Description": "; ".join(caption.lines)}
    return pictures.png(framed(image.page, caption), **about)


def boxes_on(layer: Layer) -> list[DrawnBox]:
    """The boxes of a layer in px of its picture, by rank, with what is written on them."""
    width, height = layer.picture.width, layer.picture.height
    boxes = []
    for line in sorted(layer.elements, key=lambda one: one.rank):
        if line.box is None or (line.step < 0 and layer.name != "ignored"):
            continue
        x, w = (_share(side) * width for side in (line.box.left, line.box.width))
        y, h = (_share(side) * height for side in (line.box.top, line.box.height))
        if layer.name == "ignored":
            boxes.append(DrawnBox(x, y, w, h, -1, line.share))
        else:
            text, rank = (line.label.text, line.label.rank) if line.label else ("", 0)
            boxes.append(DrawnBox(x, y, w, h, line.step, text, rank))
    return boxes


def _share(percent: str) -> float:
    """0.25 for the CSS length `25%`."""
    return float(percent.rstrip("%")) / 100


def caption_of_layer(setting: MapSetting, layer: Layer, image: LayerImage) -> Caption:
    """What stands around the picture, in the words of the page."""
    lang, question = setting.lang, setting.question
    _ = lang.text
    since, until = question.period.span(setting.asked.today)
    days = _("%(since)s to %(until)s", since=lang.day(since, year=True), until=lang.day(until, year=True))
    width = _("picture of %(width)s px", width=lang.number(layer.picture.width))
    state = setting.state_names[question.state] if question.state else ""
    return Caption(
        title=lang.named(setting.name, layer_names(lang)[layer.name]),
        lines=(
            ", ".join(part for part in (setting.site.name, setting.path, state, width) if part),
            f"{days} ({question.zone.name})",
            ", ".join(setting.narrowed.parts) or _("Everyone"),
            " · ".join(lang.named(figure.label, figure.value) for figure in layer.figures),
        ),
        legend=_legend(layer, image),
        account=tuple((row.label, row.value) for row in layer.account),
    )


def _legend(layer: Layer, image: LayerImage) -> FrameLegend:
    ticks = layer.legend.ticks
    if layer.dots is None:
        return FrameLegend(layer.legend.title, image.scale, ticks[-1].label if ticks else "")
    groups = zip(DOT_COLOURS, layer.dots.groups, strict=False)
    keys = tuple((colour, f"{group.label} ({group.n})") for colour, group in groups)
    return FrameLegend(f"{layer.legend.title}. {layer.dots.note}", image.scale, keys=keys)
