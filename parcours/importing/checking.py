"""`--dry-run`: the checks of form that the server would make, without sending anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from collector import wire
from collector.backend.message import WrongEvent, decode_event, decode_imported
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


def examine(items: Iterable[Made], few: int = 5) -> Findings:
    """Read all items and count them; `few`: how many faults to keep."""
    found = Findings()
    for item in items:
        bad = item if isinstance(item, Bad) else _fault(item)
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


def _fault(item: Item) -> Bad | None:
    text = msgspec.json.encode(item.body)
    try:
        if item.kind == "events":
            decode_event(text)
        else:
            wire.decode(bytes(decode_imported(text).batch))
    except (WrongEvent, wire.WireError) as error:
        return Bad(item.line, str(error), item.body)
    return None
