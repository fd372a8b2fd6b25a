"""The opportunities of a journey with what is measured of them; changing the state of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.opportunity_effect import MOST
from aggregator.measures.shares import ShareOf
from rules import journey as rules
from rules.faults import accepted
from rules.find import stored_of, usable
from rules.journey import FIELDS
from rules.opportunities import opportunity_of, with_state
from rules.question import JOURNEY
from rules.shape import plain as fields_of
from store.journeys import Journey, Opportunity
from viewer.api.entry import Entry, JsonBody, answer, body, by_whom
from viewer.api.figures import plain
from viewer.drawing.export import table_csv
from viewer.http.downloads import file_answer
from viewer.journey_maps import JourneyMaps
from viewer.opportunities import Effect, MeasuredOpportunities, OpportunityReader
from viewer.questions import Asked, Questions
from viewer.registry import Registry


class StateChange(msgspec.Struct, forbid_unknown_fields=True):
    state: str


async def list_opportunities(
    request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry, opportunities: OpportunityReader
) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    found = await opportunities.measured(
        journey, asked, await maps.journey_measure(journey, question, asked.known.goals)
    )
    listed = [_json(one, found, asked) for one in found.ranked(journey)]
    return answer({"query": question.as_json(asked.today), "opportunities": listed})


async def download_opportunities(
    request: Request, *, questions: Questions, maps: JourneyMaps, registry: Registry, opportunities: OpportunityReader
) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    journey = await registry.journey(asked.site, request.path_params["journey"])
    measure = await maps.journey_measure(journey, question, asked.known.goals)
    found = await opportunities.measured(journey, asked, measure)
    rows = [_row(one, found) for one in found.ranked(journey)]
    return file_answer(table_csv(COLUMNS, rows), "csv", f"{journey.id}-opportunities")


async def change_state(
    request: Request, *, questions: Questions, registry: Registry, opportunities: OpportunityReader
) -> Response:
    asked, by = await questions.read(request, JOURNEY), by_whom(request)
    stored = await registry.find(Journey, request.path_params["journey"], asked.site)
    wanted, key = await body(request, StateChange), request.path_params["opportunity"]
    changed = accepted(with_state(usable(stored), key, wanted.state, asked.today))
    kept = await opportunities.with_frozen(changed, asked)
    fields = {name: value for name, value in fields_of(kept).items() if name in FIELDS}
    made = await registry.change(lambda all: rules.change(all, stored_of(stored), asked.site.id, fields, by))
    return answer(fields_of(opportunity_of(made, key)))


def _json(one: Opportunity, found: MeasuredOpportunities, asked: Asked) -> Mapping[str, Any]:
    """`experiment_deleted`: the experiment that it names is not there any more."""
    figures, effect = found.figures.get(one.key), found.effects.get(one.key)
    known = {experiment.id for experiment in asked.known.experiments}
    return fields_of(one) | {
        "experiment_deleted": bool(one.experiment) and one.experiment not in known,
        "now": plain(figures.now) if figures else None,
        "may_win": plain(figures.win) if figures else None,
        "no_range": figures.no_win if figures else "",
        "today": [key._asdict() | {"share": plain(share)} for key, share in found.today.get(one.key, {}).items()],
        "effect": _effect_json(effect) if effect else None,
    }


def _effect_json(effect: Effect) -> Mapping[str, Any]:
    """The main figure has its fields beside the days too."""
    days = {"before_days": plain(effect.before_days), "after_days": plain(effect.after_days)}
    return {**plain(effect.main), **days, "over": effect.over, "figures": plain(effect.figures)}


def _row(one: Opportunity, found: MeasuredOpportunities) -> list[object]:
    figures, effect = found.figures.get(one.key), found.effects.get(one.key)
    now, win = figures.now if figures else None, figures.win if figures else None
    return [
        one.key, one.title, one.stage, one.touchpoint, one.state, one.owner, one.effort, one.experiment, one.shipped_on,
        now.metric if now else "", now.visitors if now else "",
        *_share(now.share if now else None),
        win.low if win else "", win.high if win else "", win.kind if win else "", win.wanted if win else "",
        win.device if win else "", figures.no_win if figures else "",
        *(cell for n in range(MOST) for cell in _effect_cells(effect, n)),
        one.note,
    ]  # fmt: skip


def _effect_cells(effect: Effect | None, n: int) -> tuple[object, ...]:
    if effect is None or n >= len(effect.figures):
        return ("",) * len(_effect_columns(n))
    one = effect.figures[n]
    found = one.difference
    beyond = "" if one.beyond_chance is None else int(one.beyond_chance)
    differs = (found.diff, found.low, found.high) if found else ("",) * 3
    return one.metric, one.goal, *_share(one.before), *_share(one.after), *differs, beyond


def _share(share: ShareOf | None) -> tuple[object, ...]:
    return (share.visitors, share.of, share.share, share.low, share.high) if share else ("",) * 5


def _share_columns(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{part}" for part in ("visitors", "of", "share", "low", "high"))


def _effect_columns(n: int) -> tuple[str, ...]:
    """Of the first figure `effect_metric`, `before_share` …; of the second `effect_2_metric`, `before_2_share` …"""
    number = f"_{n + 1}" if n else ""
    differs = tuple(f"effect{number}_{part}" for part in ("difference", "low", "high", "beyond_chance"))
    shares = (*_share_columns(f"before{number}"), *_share_columns(f"after{number}"))
    return f"effect{number}_metric", f"effect{number}_goal", *shares, *differs


COLUMNS = (
    "key", "title", "stage", "touchpoint", "state", "owner", "effort", "experiment", "shipped_on",
    "now_metric", "place_visitors", *_share_columns("now"),
    "win_low", "win_high", "win_by", "win_wanted", "win_device", "no_range",
    *(column for n in range(MOST) for column in _effect_columns(n)),
    "note",
)  # fmt: skip
ROOT = "/sites/{site}/journeys/{journey}/opportunities"
ENTRIES = (
    Entry(
        "GET",
        ROOT,
        list_opportunities,
        "viewer",
        "The opportunities of a journey, by the visitors that they may win. Query as for its map.",
        query=JOURNEY.names,
    ),
    Entry(
        "GET",
        ROOT + ".csv",
        download_opportunities,
        "viewer",
        "The same as CSV: one row for each opportunity.",
        query=JOURNEY.names,
    ),
    Entry(
        "POST",
        ROOT + "/{opportunity}",
        change_state,
        "editor",
        "Change the state of an opportunity; shipping it keeps the figure of the 28 days before.",
        body=JsonBody(StateChange),
    ),
)
