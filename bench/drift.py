"""Elements found again after the page was edited between the visit and the picture (docs/aggregator.md).

Truth is a number that each element got before the edit, kept where no record can read it. Found: of the
records whose element still exists and is shown; wrong: drawn on another element that is shown, of all records.
Apart: found of those that something in their record could tell from the others (drift_alike).
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from aggregator.linkage.matching import match_layouts, match_records
from aggregator.placing.elements import Found, LayoutIndex, own_elements
from aggregator.shapes.fingerprints import FIELDS
from aggregator.shapes.records import Records, records_of
from bench.drift_alike import Alike
from bench.drift_capture import (
    BECAME_TWO,
    COMBINED,
    NARROW,
    PERSONAL,
    SINGLE,
    WERE_TWO,
    WIDE,
    Case,
    Side,
    edited,
    published,
)
from bench.drift_pages import HELD_OUT, PAGES, QUICK
from bench.drift_speed import measure
from store.layouts import Layout, path_key

NAME = "drift"
HELP = "share of elements found again on an edited page, by kind of edit"

SPEED = ((300, 3_000), (2_000, 3_000))
FEW = 12  # touched elements, where few were touched
WITHHELD = [FIELDS.index(name) for name in ("text", "all", "head")]  # from published versions: truth is made of them

Method = Callable[[Records, Layout], np.ndarray]


@dataclass
class Tally:
    """Records, those whose element is still shown; of each method how many were found, drawn wrongly, and not found
    though shown but `alike`: with a double that nothing in the record tells from it."""

    records: int = 0
    exist: int = 0
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.records += other.records
        self.exist += other.exist
        self.found.update(other.found)
        self.wrong.update(other.wrong)
        self.alike.update(other.alike)

    def words(self, method: str) -> str:
        found = 100 * self.found[method] / max(1, self.exist)
        words = f"{found:6.2f} / {100 * self.wrong[method] / max(1, self.records):.3f}"
        if method in self.alike:
            words += f" (apart {100 * self.found[method] / max(1, self.exist - self.alike[method]):.2f})"
        return words


def same_key(records: Records, layout: Layout) -> np.ndarray:
    index = LayoutIndex(layout)
    return np.array([index.by_key.get(key, [-1])[0] for key in records.key.tolist()], np.int64)


def own_rung(records: Records, layout: Layout) -> np.ndarray:
    found = own_elements(records, LayoutIndex(layout))
    return np.array([at if finding is Found.AGREES else -1 for at, finding in found], np.int64)


def linkage(records: Records, layout: Layout) -> np.ndarray:
    return match_records(records, layout).element


METHODS: dict[str, Method] = {"same key": same_key, "own rung": own_rung, "linkage": linkage}


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Found % / wrong % of each method; `--quick`: two pages, no published versions."""
    quick = getattr(args, "quick", False)
    cases = edited(QUICK if quick else tuple(PAGES))
    result: dict[str, Any] = {"figures are": "found % / wrong %", "pages": len({case.page for case in cases})}
    for width in (WIDE, NARROW):
        of_width = [case for case in cases if case.width == width]
        result[f"pressable elements, {width} → {WIDE} px"] = _table(of_width, _pressable)
        if width == WIDE:
            held_out = [case for case in of_width if case.page in HELD_OUT]
            result["… pages held out while weights were chosen"] = _sums(_tallies(held_out, _pressable))
            result["… pictures of both times"] = _sums(_between_pictures(of_width, _pressable))
        result[f"all visible elements, {width} → {WIDE} px"] = _sums(_tallies(of_width, _visible))
        result[f"{FEW} touched elements, {width} → {WIDE} px"] = _sums(_tallies(of_width, _few))
    if not quick:
        result["published versions, pressable"] = _versions(published(), _pressable)
        result["published versions, all visible"] = _versions(published(), _visible)
    sides = [(c.before[0], c.after) for c in cases if c.edit == SINGLE["insertion"] and c.width == WIDE]
    result["speed, seconds of one core"] = measure(sides, SPEED)
    return result


def _pressable(side: Side) -> np.ndarray:
    return side.layout.visible & (side.numbers >= 0) & (side.layout.control >= 0)


def _visible(side: Side) -> np.ndarray:
    return side.layout.visible & (side.numbers >= 0)


def _few(side: Side) -> np.ndarray:
    which = np.flatnonzero(_pressable(side))
    chosen = np.zeros(len(side.layout), bool)
    chosen[np.random.default_rng(len(side.layout)).permutation(which)[:FEW]] = True
    return chosen


Choose = Callable[[Side], np.ndarray]


def _records(sides: Iterable[Side], choose: Choose) -> tuple[Records, np.ndarray]:
    """The distinct records of the chosen elements, and the bench's number of each one's element."""
    rows: dict[int, tuple[str, str, int]] = {}
    for side in sides:
        layout = side.layout
        for i in np.flatnonzero(choose(side)).tolist():
            path, fp = layout.paths[i], layout.fps[i]
            rows.setdefault(path_key(f"{path} {fp}"), (path, fp, int(side.numbers[i])))
    keys = np.array([path_key(path) for path, _, _ in rows.values()], np.uint64)
    ids = np.fromiter(rows, np.uint64)
    records = records_of(ids, keys, [path for path, _, _ in rows.values()], [fp for _, fp, _ in rows.values()])
    return records, np.array([rows[id][2] for id in records.record.tolist()], np.int64)


def _judge(tally: Tally, method: str, element: np.ndarray, truth: np.ndarray, after: Side) -> None:
    exists, is_wrong = _shown(truth, after), np.zeros(len(truth), bool)
    drawn = (element >= 0) & after.layout.visible[element]
    is_wrong = drawn & (element != truth)
    tally.found[method] += int((exists & (element == truth)).sum())
    tally.wrong[method] += int(is_wrong.sum())


def _shown(truth: np.ndarray, after: Side) -> np.ndarray:
    return (truth >= 0) & after.layout.visible[truth]


def _where(numbers: np.ndarray, after: Side) -> np.ndarray:
    """Index of each number's element after the edit, -1 where it is gone."""
    at = {int(n): i for i, n in enumerate(after.numbers.tolist()) if n >= 0}
    return np.array([at.get(int(n), -1) for n in numbers], np.int64)


def _tallies(cases: Sequence[Case], choose: Choose) -> dict[str, Tally]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    for case in cases:
        records, numbers = _records(case.before, choose)
        if not len(records):
            continue
        truth = _where(numbers, case.after)
        tally = Tally(len(records), int(_shown(truth, case.after).sum()))
        for name, method in METHODS.items():
            element = method(records, case.after.layout)
            _judge(tally, name, element, truth, case.after)
            if name == "linkage":
                missed = _shown(truth, case.after) & (element != truth)
                tally.alike[name] = int(Alike(case.after).of(records, truth, missed).sum())
        tallies[case.edit].add(tally)
    return tallies


def _between_pictures(cases: Sequence[Case], choose: Choose) -> dict[str, Tally]:
    """The stronger way: there is a picture of the visit's time too."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for case in cases:
        if len(case.before) > 1:
            continue
        before, which = case.before[0], np.flatnonzero(choose(case.before[0]))
        truth = _where(before.numbers[which], case.after)
        tally = Tally(len(which), int(_shown(truth, case.after).sum()))
        element = match_layouts(before.layout, case.after.layout).element[which]
        _judge(tally, "linkage", element, truth, case.after)
        tallies[case.edit].add(tally)
    return tallies


def _table(cases: Sequence[Case], choose: Choose) -> dict[str, str]:
    tallies = _tallies(cases, choose)
    rows = {edit: _row(tallies[edit]) for edit in (*SINGLE.values(), COMBINED, BECAME_TWO, WERE_TWO, PERSONAL)}
    return {"": " | ".join(METHODS), **rows, **_sums(tallies)}


def _sums(tallies: dict[str, Tally]) -> dict[str, str]:
    singles = Tally()
    for edit in SINGLE.values():
        singles.add(tallies[edit])
    return {
        f"single edits (n {singles.records:,})": _row(singles),
        f"2–4 edits (n {tallies[COMBINED].records:,})": _row(tallies[COMBINED]),
    }


def _row(tally: Tally) -> str:
    return " | ".join(tally.words(name) for name in METHODS if name in tally.found or name in tally.wrong)


def _versions(cases: Sequence[Case], choose: Choose) -> dict[str, str]:
    """Pseudo-truth: the same tag and whole text, once on either side; the fingerprints of words are withheld."""
    total = Tally()
    for case in cases:
        # Elements are numbered by their place in their own version; who is who is told by tag and text.
        numbered = replace(case.before[0], numbers=np.arange(len(case.before[0].layout)))
        before, after = _without_words(numbered), _without_words(case.after)
        left, right = _alone(numbered, choose), _alone(case.after, lambda side: np.ones(len(side.layout), bool))
        pairs = {left[what]: right[what] for what in left.keys() & right.keys()}
        records, numbers = _records([before], choose)
        truth = np.array([pairs.get(int(n), -2) for n in numbers], np.int64)
        judged = truth >= 0
        tally = Tally(int(judged.sum()), int(_shown(truth[judged], after).sum()))
        for name, method in METHODS.items():
            _judge(tally, name, method(records, after.layout)[judged], truth[judged], after)
        total.add(tally)
    return {f"{len(cases)} pairs of versions (n {total.records:,})": _row(total)}


def _alone(side: Side, choose: Choose) -> dict[tuple[str, str], int]:
    which = np.flatnonzero(choose(side)).tolist()
    said = [(tag, words) for tag, words in zip(side.layout.tags, side.words, strict=True)]
    count = Counter(said)
    return {said[i]: i for i in which if said[i][1] and count[said[i]] == 1}


def _without_words(side: Side) -> Side:
    def blank(fp: str) -> str:
        return "".join("~" if n in WITHHELD else mark for n, mark in enumerate(re.findall("~|..", fp)))

    layout = side.layout
    return replace(side, layout=replace(layout, fps=[blank(fp) for fp in layout.fps]))
