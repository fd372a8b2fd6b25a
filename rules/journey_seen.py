"""A new map made from what was seen on the site: how visitors came, the busiest pages by how early they are seen, and
the goal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from rules.channel_names import CHANNEL_NAMES
from rules.journey_template import NewMap, start_fields, template_kind
from rules.shape import plain
from store.journeys import Matcher, SeenSite, Stage, Touchpoint
from store.pages import page_path
from store.records import Label
from store.segments import Goal

SEEN = "seen"  # as the key of a template
LEAST_VISITORS = 500  # below, the order of pages is mostly chance
MOST_PAGES = 12
LEAST_OF_PAGE = 20  # visitors of a page, or of a channel
CHANNEL_SHARE = 0.05  # of the visitors, from which a channel is a touchpoint
MOST_CHANNELS = 4
# (key, name, from which place of its pages on)
_STAGES: tuple[tuple[str, Label, float], ...] = (
    ("arrive", {"en": "Arriving", "fr": "Arrivée"}, 0.0),
    ("look", {"en": "Looking around", "fr": "Découverte"}, 1 / 3),
    ("decide", {"en": "Deciding", "fr": "Décision"}, 2 / 3),
)


def seen_fields(seen: SeenSite, new: NewMap, goals: Sequence[Goal] = ()) -> dict[str, Any]:
    """The fields of a new journey. The only goal of a site, if it is of a page or an event, is its last stage."""
    kind = template_kind("current")
    goal = goals[0] if len(goals) == 1 else None
    reached = _reached(goal) if goal else None
    taken = set(reached.pages) if reached else set[str]()
    stages = [_pages(seen, n, new.language, taken) for n in range(len(_STAGES))]
    stages[0] = replace(stages[0], touchpoints=(*_channels(seen, new.language), *stages[0].touchpoints))
    if goal and reached:
        name = {"en": goal.name[:120], "fr": goal.name[:120]}
        stages.append(Stage("goal", name, (reached,), completes=goal.id))
    return {
        "kind": kind.kind,
        "stages": [plain(stage) for stage in [one for one in stages if one.touchpoints] or stages[:1]],
        "lanes": [plain(lane) for lane in kind.lanes],
        "goals": [goal.id] if goal and reached else [],
        **start_fields(kind, new),
    }


def _channels(seen: SeenSite, language: str) -> list[Touchpoint]:
    wanted = max(LEAST_OF_PAGE, CHANNEL_SHARE * seen.visitors)
    channels = [one.name for one in seen.channels if one.visitors >= wanted][:MOST_CHANNELS]
    return [
        Touchpoint(f"channel-{i}", CHANNEL_NAMES.get(one, {language: one}), (), (Matcher(on="channel", channel=one),))
        for i, one in enumerate(channels, 1)
    ]


def _pages(seen: SeenSite, n: int, language: str, taken: set[str]) -> Stage:
    """A stage with the pages of its places; `taken`: paths that are on the map already, added to."""
    key, name, since = _STAGES[n]
    until = _STAGES[n + 1][2] if n + 1 < len(_STAGES) else 2.0
    touchpoints = []
    for i, page in enumerate(seen.pages[:MOST_PAGES], 1):
        path = page_path(page.page)
        if since <= page.place < until and page.visitors >= LEAST_OF_PAGE and path not in taken:
            taken.add(path)
            touchpoints.append(Touchpoint(f"page-{i}", {language: _words(path)}, (path,)))
    return Stage(key, name, tuple(touchpoints))


def _reached(goal: Goal) -> Touchpoint | None:
    """The touchpoint at which a goal is reached."""
    action, name = goal.action, {"en": goal.name[:120], "fr": goal.name[:120]}
    if action.what == "saw" and action.page and not (action.element or action.zone):
        return Touchpoint("goal-reached", name, (action.page,))
    if action.what == "sent" and action.name:
        event = Matcher(on="event", name=action.name, page=action.page, least=action.least, most=action.most)
        return Touchpoint("goal-reached", name, (), (event,))
    return None


def _words(path: str) -> str:
    """`/lamps/desk-lamp.html` as `Desk lamp`; a path without letters stays."""
    last = path.partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0].replace("-", " ").replace("_", " ")
    words = last.strip() or path
    return (words[:1].upper() + words[1:])[:120]
