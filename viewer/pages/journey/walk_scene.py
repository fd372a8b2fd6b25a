"""What a visitor did at one touchpoint of a walk: the numbered clicks on the picture, and everything in order."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.walk import Stop
from aggregator.answers.walk_scene import Deed
from rules.segment import text_of_tree
from store.snapshots import Snapshot
from viewer.journey_maps import WalkAnswer
from viewer.pages.frame.charts import percent
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.stage_heads import trees_after
from viewer.pages.journey.walk_strip import step_links, stop_time, touchpoint_name
from viewer.pages.map.elements import shown_name
from viewer.pages.map.links import Links
from viewer.pages.map.picture import DrawnPicture, Strips, drawn_picture
from viewer.pages.sentences.names import channel_name
from viewer.pages.who.from_screen import joined


@dataclass(frozen=True)
class WalkClick:
    """A numbered mark on the picture; `left` and `top` as CSS lengths. `times`: "×7" of one that was repeated."""

    number: int
    left: str
    top: str
    label: str
    times: str
    dead: bool


@dataclass(frozen=True)
class DeedRow:
    """A line of the list. `number`: of its mark on the picture, 0 without."""

    time: str
    number: int
    what: str
    detail: str
    bad: bool


@dataclass(frozen=True)
class WalkScene:
    """`line`: where one is. `path`: the marks joined by a line, as the path of an SVG 1,000 × 1,000. `lead`: why there
    is no picture. `compare`: the two maps of those who went on from here and those who left."""

    line: str
    name: str
    before: Choice | None
    after: Choice | None
    picture: DrawnPicture | None
    picture_words: str
    lead: str
    clicks: tuple[WalkClick, ...]
    path: str
    figures: tuple[tuple[str, str], ...]
    deeds: tuple[DeedRow, ...]
    compare: str


def walk_scene(measured: MeasuredJourney, links: Links, found: WalkAnswer, strips: Strips) -> WalkScene:
    """The stop at which the walk is. `strips`: of the picture."""
    lang, scene, n = measured.lang, found.scene, found.step
    _, stop, picture = lang.text, found.stops[n - 1], found.scene.picture
    clicks = tuple(_click(lang, one, picture) for one in scene.deeds if one.number and picture)
    places = [(one.x, one.y) for one in scene.deeds if one.number]
    name = touchpoint_name(measured, stop.touchpoint)
    return WalkScene(
        line=_(
            "Touchpoint %(n)s of %(all)s, visit %(visit)s, %(when)s",
            n=lang.number(n),
            all=lang.number(len(found.stops)),
            visit=lang.number(stop.visit),
            when=stop_time(lang, stop),
        ),
        name=name,
        before=_neighbour(measured, links, found, n - 1),
        after=_neighbour(measured, links, found, n + 1),
        picture=drawn_picture(measured.urls, measured.site, picture, strips, None) if picture else None,
        picture_words=_("%(name)s, as it looked on %(day)s", name=name, day=lang.moment(picture.taken))
        if picture
        else "",
        lead=_no_picture(lang, stop, name),
        clicks=clicks,
        path=_path(places, picture) if picture and len(places) > 1 else "",
        figures=_figures(lang, stop),
        deeds=_deeds(measured, found, stop),
        compare=_compare(measured, stop),
    )


def _neighbour(measured: MeasuredJourney, links: Links, found: WalkAnswer, n: int) -> Choice | None:
    if not 1 <= n <= len(found.stops):
        return None
    return Choice(touchpoint_name(measured, found.stops[n - 1].touchpoint), step_links(links, n))


def _no_picture(lang: Language, stop: Stop, name: str) -> str:
    if stop.device:
        return lang.text("There is no picture of this page yet, so the clicks cannot be shown on it.")
    return lang.text("%(name)s is no page: there is nothing to show here but when it happened.", name=name)


def _click(lang: Language, one: Deed, picture: Snapshot | None) -> WalkClick:
    assert picture is not None
    name, detail = _what(lang, one)
    return WalkClick(
        number=one.number,
        left=percent((one.x or 0) / picture.width),
        top=percent((one.y or 0) / picture.height),
        label=f"{name}, {detail}" if detail else name,
        times=f"×{lang.number(one.times)}" if one.times > 1 else "",
        dead=one.dead,
    )


def _path(places: list[tuple[float | None, float | None]], picture: Snapshot) -> str:
    scaled = [f"{1000 * (x or 0) / picture.width:.1f} {1000 * (y or 0) / picture.height:.1f}" for x, y in places]
    return "M" + " L".join(scaled)


def _figures(lang: Language, stop: Stop) -> tuple[tuple[str, str], ...]:
    if not stop.device:
        return ()
    return (
        (lang.text("Here for"), lang.span(stop.for_ms)),
        (lang.text("Engaged"), lang.span(stop.engaged_ms)),
        (lang.text("Clicks"), lang.number(stop.clicks)),
    )


def _deeds(measured: MeasuredJourney, found: WalkAnswer, stop: Stop) -> tuple[DeedRow, ...]:
    """Everything that was done, how far the page was seen, and where the visitor went."""
    lang = measured.lang
    _ = lang.text
    rows = []
    for one in found.scene.deeds:
        what, detail = _what(lang, one)
        rows.append(DeedRow(lang.span(max(one.after_ms, 0)), one.number, what, detail, one.dead or one.what == "error"))
    if stop.depth is not None:
        seen = _("Saw the page down to %(share)s", share=lang.share(stop.depth, 0))
        rows.append(DeedRow("", 0, seen, "", bad=False))
    after = found.stops[found.step] if found.step < len(found.stops) else None
    if stop.left:
        back = ""
        if after:
            channel = f", {channel_name(lang, after.channel)}" if after.channel else ""
            back = _("came back %(span)s later", span=lang.span(after.gap_ms)) + channel
        rows.append(DeedRow(lang.span(stop.for_ms), 0, _("Left the site here"), back, bad=False))
    elif after:
        on = _("Went on to %(name)s", name=touchpoint_name(measured, after.touchpoint))
        rows.append(DeedRow(lang.span(stop.for_ms), 0, on, "", bad=False))
    return tuple(rows)


def _what(lang: Language, one: Deed) -> tuple[str, str]:
    """The name of what was used, and what is to be said of it."""
    _ = lang.text
    name = shown_name(lang, one.name, one.path) if one.name or one.path else _("Part of the page")
    if one.what == "typed":
        return name, _("typed or chose something; what, is never stored")
    if one.what == "sent":
        return name, _("sent the form")
    if one.what == "error":
        return _("An error of a script"), _("after a click on %(name)s", name=name) if one.path or one.name else ""
    if one.what == "event":
        return one.name, _("event")
    nothing = _("nothing happened") if one.dead else ""
    pressed = (
        _("pressed %(n)s times in %(span)s", n=lang.number(one.times), span=lang.span(one.for_ms))
        if one.times > 1
        else ""
    )
    return name, ", ".join(part for part in (pressed, nothing) if part)


def _compare(measured: MeasuredJourney, stop: Stop) -> str:
    """The heatmaps of those who went on from the touchpoint and of those who left; "" without."""
    found = next(((i, one) for i, one in measured.journey.touchpoints if one.key == stop.touchpoint), None)
    if not stop.page or found is None:
        return ""
    stage, question = measured.journey.stages[found[0]], measured.asked.question
    trees = trees_after(measured, list(found[1].pages), stage)
    if trees is None or trees.did_not is None:
        return ""
    went_on, left = (text_of_tree(joined(question, tree)) for tree in (trees.did, trees.did_not))
    sets = measured.query | {"page": stop.page, "segment": went_on, "with": f"segment:{left}"}
    return measured.urls.compare_sets(measured.site, **sets)
