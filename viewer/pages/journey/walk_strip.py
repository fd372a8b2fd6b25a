"""The strip of a walk: its touchpoints in order, the time between visits, and what the way did not reach."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.walk import Stop
from store.journeys import Touchpoint
from store.pages import matches
from viewer.journey_maps import WalkAnswer
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.map.links import Links
from viewer.pages.sentences.names import channel_name


@dataclass(frozen=True)
class WalkCard:
    """A touchpoint of the strip. `href`: of its stop, or of the heatmap of one that was not reached; "" without.
    `gap`: what stands on the line before it: how much later the next visit began, or that the rest was not reached.
    `thumb`: the heatmap of its page, or "" and why there is none in `off`."""

    name: str
    href: str
    lines: tuple[str, ...]
    thumb: str = ""
    off: str = ""
    gap: str = ""
    left: str = ""
    on: bool = False
    reached: bool = True


def walk_strip(measured: MeasuredJourney, links: Links, found: WalkAnswer) -> tuple[WalkCard, ...]:
    """A card for each stop, then one for each touchpoint that the way did not reach."""
    stops = [_stop(measured, links, found, n) for n in range(1, len(found.stops) + 1)]
    reached = {stop.touchpoint for stop in found.stops}
    missed = [one for _, one in measured.journey.touchpoints if one.key not in reached]
    return (*stops, *(_missed(measured, one, is_first=not n) for n, one in enumerate(missed)))


def touchpoint_name(measured: MeasuredJourney, key: str) -> str:
    found = next((one for _, one in measured.journey.touchpoints if one.key == key), None)
    return measured.lang.words(found.name, key) if found else key


def stop_time(lang: Language, stop: Stop) -> str:
    """When the visitor came to a stop; the day alone where only that is known."""
    return lang.day(lang.zone.day(stop.at_ms)) if stop.coarse else lang.moment(stop.at_ms)


def step_links(links: Links, n: int) -> str:
    """The same walk at another stop. The ways of a page begin at its stop, so that the first one is named too."""
    is_usual = n == 1 and not dict(links.extra).get("page")
    return links.keeping(step="" if is_usual else str(n)).to()


def _stop(measured: MeasuredJourney, links: Links, found: WalkAnswer, n: int) -> WalkCard:
    lang, stop = measured.lang, found.stops[n - 1]
    _ = lang.text
    off = "" if stop.page else _("no picture yet") if stop.device else _("no page to show")
    return WalkCard(
        name=f"{lang.number(n)}. {touchpoint_name(measured, stop.touchpoint)}",
        href=step_links(links, n),
        lines=_lines(lang, stop, is_first=n == 1),
        thumb=_thumb(measured, stop.page) if stop.page else "",
        off=off,
        gap=_("%(span)s later", span=lang.span(stop.gap_ms)) if stop.gap_ms else "",
        left=_("left the site here") if stop.left else "",
        on=n == found.step,
    )


def _lines(lang: Language, stop: Stop, *, is_first: bool) -> tuple[str, ...]:
    did = (
        lang.plural("%(span)s, %(num)s click", "%(span)s, %(num)s clicks", stop.clicks, span=lang.span(stop.for_ms))
        if stop.device
        else lang.text("touched")
    )
    when = stop_time(lang, stop) if is_first or stop.gap_ms or stop.coarse else ""
    came = lang.text("came by: %(channel)s", channel=channel_name(lang, stop.channel)) if when and stop.channel else ""
    return tuple(line for line in (did, came, when) if line)


def _missed(measured: MeasuredJourney, touchpoint: Touchpoint, *, is_first: bool) -> WalkCard:
    lang = measured.lang
    page = next((one for one in sorted(measured.pictured) if any(matches(p, one) for p in touchpoint.pages)), "")
    return WalkCard(
        name=lang.words(touchpoint.name, touchpoint.key),
        href=measured.urls.heatmap(measured.site, **{"page": page} | measured.query) if page else "",
        lines=(lang.text("on the map, not on this way"),),
        thumb=_thumb(measured, page) if page else "",
        off="" if page else lang.text("no page to show"),
        gap=lang.text("not reached") if is_first else "",
        reached=False,
    )


def _thumb(measured: MeasuredJourney, page: str) -> str:
    return measured.urls.thumb(measured.site, page, **measured.asked.question.query())
