"""Why there is no picture, or nothing drawn on it, and what to do."""

from __future__ import annotations

from rules.period import Period
from viewer.maps import HeatmapAnswer, ReachAnswer
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.states import no_picture_of_state
from viewer.pages.map.empty import Empty
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.notes import reasons_of
from viewer.pages.map.robots import robots_of

LONGER = 90  # days: offered if nothing is left to draw


def no_picture(setting: MapSetting, visitors: int) -> Empty:
    """What to say when there is no picture. `visitors`: how many were on the page in the period."""
    if setting.asked.question.state:
        return no_picture_of_state(setting)
    _ = setting.lang.text
    waiting = setting.lang.plural(
        "%(num)s visitor saw this page in this period. Their clicks are kept until there is a picture.",
        "%(num)s visitors saw this page in this period. Their clicks are kept until there is a picture.",
        visitors,
    )
    why = _("A map is drawn on a picture of the page, and there is none at this width yet.")
    heading = _("No picture of %(path)s yet", path=setting.path)
    return Empty(heading, (why, waiting) if visitors else (why,), take=setting.may_take)


def nothing_drawn(
    setting: MapSetting, found: HeatmapAnswer | ReachAnswer, account: tuple[LedgerRow, ...]
) -> Empty | None:
    """What to say when nothing of what was received can be drawn; None if something is drawn."""
    if found.figures.account.drawn:
        return None
    _, question = setting.lang.text, setting.asked.question
    heading = _("No view is left to draw") if question.kind == "scroll" else _("Nothing is left to draw")
    return Empty(heading, reasons_of(setting.lang, found.figures.warnings), tuple(_ways_out(setting, found)), account)


def _ways_out(setting: MapSetting, found: HeatmapAnswer | ReachAnswer) -> list[Choice]:
    """Links to similar questions that may have an answer."""
    _, question, links = setting.lang.text, setting.asked.question, setting.links
    narrowed = bool(question.device or question.variant)
    ways = []
    if narrowed:
        ways.append(Choice(_("Show everyone"), links.to(device="", variant=None), True))
    if question.period.chosen or question.period.days < LONGER:
        ways.append(Choice(_("Show 90 days"), links.to(period=Period(LONGER)), not narrowed))
    switch = robots_of(setting.lang, links, found.figures.account).switch
    if switch and not question.robots:
        ways.append(switch)
    return ways
