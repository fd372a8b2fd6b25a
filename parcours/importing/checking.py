"""`--dry-run`: the checks that the server would make, without sending anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from collector import wire
from collector.backend import BackendSettings
from collector.backend.message import WrongEvent, decode_event, decode_imported
from collector.backend.settings import DAY_MS
from collector.origins import allowed
from parcours.importing.items import Bad, Item, Made


@dataclass
class Findings:
    """What a file would send."""

    events: int = 0
    batches: int = 0
    points: int = 0  # of the batches
    first: list[Item] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)  # the first few
    refused: int = 0


@dataclass(frozen=True)
class ServerLimits:
    """What the server would reject besides a wrong form."""

    now: int  # ms since 1970
    domains: Sequence[str] | None = None  # of the site; None: not known, so pages are not checked


def examine(items: Iterable[Made], limits: ServerLimits, few: int = 5) -> Findings:
    """Read all items and count them; `few`: how many faults to keep."""
    found = Findings()
    for item in items:
        bad = item if isinstance(item, Bad) else _fault(item, limits)
        if bad is not None:
            found.refused += 1
            if len(found.bad) < few:
                found.bad.append(bad)
            continue
        assert isinstance(item, Item)
        if len(found.first) < 2:
            found.first.append(item)
        if item.kind == "events":
            found.events += 1
        else:
            found.batches += 1
            found.points += len(item.body["batch"].get("click", {}).get("t", ()))
    return found


def _fault(item: Item, limits: ServerLimits) -> Bad | None:
    text = msgspec.json.encode(item.body)
    try:
        if item.kind == "events":
            decode_event(text)
            times, page = [item.body.get("time", limits.now)], item.body.get("page", "")
        else:
            batch = wire.decode(bytes(decode_imported(text).batch))
            times, page = [batch.t0, batch.t0 + wire.span(batch)], batch.ctx.url
    except (WrongEvent, wire.WireError) as error:
        return Bad(item.line, str(error), item.body)
    settings = BackendSettings()
    if not all(limits.now - settings.max_age <= time <= limits.now + settings.max_ahead for time in times):
        days = settings.max_age // DAY_MS
        return Bad(item.line, f"time: it is more than {days} days ago, or in the future", item.body)
    if page and limits.domains is not None and not allowed(page, tuple(limits.domains)):
        return Bad(item.line, f"page: {page[:200]!r} is not on a domain of the site", item.body)
    return None
