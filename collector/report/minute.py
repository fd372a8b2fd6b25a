"""One log line per minute: accepted and refused batches, and durations. No address, no page, no visitor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector.histograms import INSERTING, WAITING, quantile
from store.intake import SiteIntake

_NO_WAITS = (0,) * (len(WAITING) + 1)
_NO_INSERTS = (0,) * (len(INSERTING) + 1)


@dataclass(frozen=True)
class IntakeTotals:
    """Totals of all sites since the start of the process."""

    taken: Counter[str] = field(default_factory=Counter)  # accepted, duplicates, bots, clamped, skipped
    refused: Counter[str] = field(default_factory=Counter)  # by code
    waits: tuple[int, ...] = _NO_WAITS  # batches by bucket of WAITING
    inserts: tuple[int, ...] = _NO_INSERTS  # segments by bucket of INSERTING

    @staticmethod
    def of(sites: Iterable[SiteIntake], waits: Iterable[int], inserts: Iterable[int]) -> IntakeTotals:
        taken: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        for counts in sites:
            taken.update(
                accepted=counts.accepted,
                duplicates=counts.duplicates,
                bots=counts.bots,
                clamped=counts.clamped,
                skipped=counts.skipped.count,
            )
            refused.update({code: tally.count for code, tally in counts.refused.items()})
        return IntakeTotals(taken, refused, tuple(waits), tuple(inserts))


def minute_line(before: IntakeTotals, now: IntakeTotals, state: Mapping[str, int]) -> str:
    """`key=value` pairs of what happened between the two, then the current `state`; "" when nothing happened."""
    taken, refused = now.taken - before.taken, now.refused - before.refused
    waits, inserts = _since(before.waits, now.waits), _since(before.inserts, now.inserts)
    if not (taken or refused or sum(inserts)):
        return ""
    pairs = [f"{name}={taken[name]}" for name in ("accepted", "duplicates", "bots", "clamped", "skipped")]
    pairs.append(f"refused={refused.total()}")
    pairs += [f"refused_{code}={n}" for code, n in sorted(refused.items())]
    pairs += [f"wait_p{q}_ms={1000 * quantile(WAITING, waits, q / 100):.1f}" for q in (50, 99)]
    pairs.append(f"inserts={sum(inserts)}")
    pairs += [f"insert_p{q}_ms={1000 * quantile(INSERTING, inserts, q / 100):.0f}" for q in (50, 99)]
    pairs += [f"{name}={value}" for name, value in state.items()]
    return "minute " + " ".join(pairs)


def _since(before: tuple[int, ...], now: tuple[int, ...]) -> list[int]:
    """What was added; all of `now` after a counter was reset."""
    added = [n - b for b, n in zip(before, now, strict=True)]
    return added if min(added) >= 0 else list(now)
