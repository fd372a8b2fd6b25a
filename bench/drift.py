"""Elements found again after the page was edited between the visit and the picture (docs/aggregator.md).

Ground truth is a number given to each element before the edit, kept where no record can read it.

- found: on the right element, as a share of the records whose element still exists and is visible;
- wrong: drawn on another visible element, as a share of all records;
- distinguishable found: like found, leaving out records that nothing tells from a duplicate (`drift_alike`).
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    CARDS,
    COMBINED,
    NARROW,
    PERSONAL,
    SINGLE,
    SORTED,
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
HELP = "share of elements found again on an edited page, by kind of edit (35 min the first time, then 25)"

Figures = dict[str, dict[str, float]]  # method → found, wrong, and found of those that can be told apart, in %

SPEED = ((300, 3_000), (2_000, 3_000))
FEW = 12  # elements per page, in the cases where visitors touched few
# Fingerprints withheld when versions are compared: the ground truth is made from them.
WITHHELD = [FIELDS.index(name) for name in ("text", "all", "head", "card")]

CARD_PARTS = {"buttons": ("button",), "pictures": ("img",), "other elements": ("div", "a")}

Method = Callable[[Records, Layout], np.ndarray]


@dataclass
class Tally:
    """Counts of records, and of those whose element is still visible (`exist`). By method: how many were found or drawn
    on a wrong element. `alike`: the same counts of the records whose element nothing but its place tells from another
    one (drift_alike), by "records", "exist", "found" and "wrong" of the linkage."""

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

    def shares(self, method: str) -> dict[str, float]:
        """Percent found, percent wrong, and percent found of the distinguishable ones where that is known."""
        shares = {
            "found": round(100 * self.found[method] / max(1, self.exist), 2),
            "wrong": round(100 * self.wrong[method] / max(1, self.records), 3),
        }
        if method == "linkage" and self.alike["records"]:
            alike, exist = self.alike, self.exist - self.alike["exist"]
            found, wrong = self.found[method] - alike["found"], self.wrong[method] - alike["wrong"]
            shares["distinguishable found"] = round(100 * found / max(1, exist), 2)
            shares["distinguishable wrong"] = round(100 * wrong / max(1, self.records - alike["records"]), 3)
            shares["look-alikes"] = alike["exist"]
            shares["look-alikes found"] = round(100 * alike["found"] / max(1, alike["exist"]), 2)
            shares["look-alikes wrong"] = round(100 * alike["wrong"] / max(1, alike["records"]), 3)
        return shares


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
    """Percent found and wrong of each method; `--quick`: two pages, no published versions."""
    quick = getattr(args, "quick", False)
    cases = edited(QUICK if quick else tuple(PAGES))
    result: dict[str, Any] = {"unit": "% of records", "pages": len({case.page for case in cases})}
    for width in (WIDE, NARROW):
        of_width = [case for case in cases if case.width == width]
        for name, tags in CARD_PARTS.items():
            result[f"{name} of product cards, {width} → {WIDE} px"] = _cards(of_width, tags)
        result[f"pressable elements, {width} → {WIDE} px"] = _table(of_width, _pressable)
        if width == WIDE:
            held_out = [case for case in of_width if case.page in HELD_OUT]
            result["pages held out while the weights were chosen"] = _sums(_tallies(held_out, _pressable))
            result["with a picture from the time of the visit"] = _sums(_between_pictures(of_width, _pressable))
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


def _cards(cases: Sequence[Case], tags: Sequence[str]) -> dict[str, Figures]:
    """Elements with these tags in the product cards, by what became of the list."""
    tallies = _tallies(
        [case for case in cases if case.edit in CARDS.values()],
        lambda side: side.layout.visible & (side.numbers >= 0) & side.cards & np.isin(side.layout.tags, tags),
    )
    return {edit: _row(tallies[edit]) for edit in CARDS.values()}


def _visible(side: Side) -> np.ndarray:
    return side.layout.visible & (side.numbers >= 0)


def _few(side: Side) -> np.ndarray:
    which = np.flatnonzero(_pressable(side))
    chosen = np.zeros(len(side.layout), bool)
    chosen[np.random.default_rng(len(side.layout)).permutation(which)[:FEW]] = True
    return chosen


Choose = Callable[[Side], np.ndarray]


def _records(sides: Iterable[Side], choose: Choose) -> tuple[Records, np.ndarray]:
    """The distinct records of the chosen elements, and the ground-truth number of each one's element."""
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
    exists = _shown(truth, after)
    drawn = (element >= 0) & after.layout.visible[element]
    is_wrong = drawn & (element != truth)
    tally.found[method] += int((exists & (element == truth)).sum())
    tally.wrong[method] += int(is_wrong.sum())


def _look_alikes(case: Case, numbers: np.ndarray, truth: np.ndarray, element: np.ndarray) -> Counter[str]:
    """The counts of the records whose element has look-alikes, before the edit or after it."""
    before, after = case.before[0], case.after
    recorded = _positions(numbers, before)
    alike = Alike(before, after).of(recorded, truth) | Alike(before, before).of(recorded, recorded)
    shown = _shown(truth, after)
    drawn = (element >= 0) & after.layout.visible[element]
    return Counter(
        records=int(alike.sum()),
        exist=int((alike & shown).sum()),
        found=int((alike & shown & (element == truth)).sum()),
        wrong=int((alike & drawn & (element != truth)).sum()),
    )


def _shown(truth: np.ndarray, after: Side) -> np.ndarray:
    return (truth >= 0) & after.layout.visible[truth]


def _positions(numbers: np.ndarray, after: Side) -> np.ndarray:
    """Index of each number's element after the edit, -1 where it is gone."""
    at = {int(n): i for i, n in enumerate(after.numbers.tolist()) if n >= 0}
    return np.array([at.get(int(n), -1) for n in numbers], np.int64)


def _tallies(cases: Sequence[Case], choose: Choose) -> dict[str, Tally]:
    tallies: dict[str, Tally] = defaultdict(Tally)
    for case in cases:
        records, numbers = _records(case.before, choose)
        if not len(records):
            continue
        truth = _positions(numbers, case.after)
        tally = Tally(len(records), int(_shown(truth, case.after).sum()))
        for name, method in METHODS.items():
            element = method(records, case.after.layout)
            _judge(tally, name, element, truth, case.after)
            if name == "linkage" and len(case.before) == 1:
                tally.alike = _look_alikes(case, numbers, truth, element)
        tallies[case.edit].add(tally)
    return tallies


def _between_pictures(cases: Sequence[Case], choose: Choose) -> dict[str, Tally]:
    """The stronger method: matching goes through a picture taken at the time of the visit."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for case in cases:
        if len(case.before) > 1:
            continue
        before, which = case.before[0], np.flatnonzero(choose(case.before[0]))
        truth = _positions(before.numbers[which], case.after)
        tally = Tally(len(which), int(_shown(truth, case.after).sum()))
        element = match_layouts(before.layout, case.after.layout).element[which]
        _judge(tally, "linkage", element, truth, case.after)
        tallies[case.edit].add(tally)
    return tallies


def _table(cases: Sequence[Case], choose: Choose) -> dict[str, Figures]:
    """A row per kind of edit, then the sums."""
    tallies = _tallies(cases, choose)
    rows = {edit: _row(tallies[edit]) for edit in (*SINGLE.values(), BECAME_TWO, WERE_TWO, PERSONAL, SORTED)}
    return {**rows, **_sums(tallies)}


def _sums(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    singles = Tally()
    for edit in SINGLE.values():
        singles.add(tallies[edit])
    combined = tallies[COMBINED]
    return {
        "single edits": _row(singles),
        COMBINED: _row(combined),
        "records": {"single edits": singles.records, COMBINED: combined.records},
    }


def _row(tally: Tally) -> Figures:
    return {name: tally.shares(name) for name in METHODS if name in tally.found or name in tally.wrong}


def _versions(cases: Sequence[Case], choose: Choose) -> dict[str, Any]:
    """Published versions have no numbers. Two elements count as the same when their tag and whole text are equal and
    unique on both sides; the fingerprints of the text are withheld from the methods."""
    total = Tally()
    for case in cases:
        # Elements are numbered by their place in their own version and paired by tag and text.
        numbered = replace(case.before[0], numbers=np.arange(len(case.before[0].layout)))
        before, after = _without_words(numbered), _without_words(case.after)
        left, right = _unique(numbered, choose), _unique(case.after, lambda side: np.ones(len(side.layout), bool))
        pairs = {left[what]: right[what] for what in left.keys() & right.keys()}
        records, numbers = _records([before], choose)
        truth = np.array([pairs.get(int(n), -2) for n in numbers], np.int64)
        judged = truth >= 0
        tally = Tally(int(judged.sum()), int(_shown(truth[judged], after).sum()))
        for name, method in METHODS.items():
            _judge(tally, name, method(records, after.layout)[judged], truth[judged], after)
        total.add(tally)
    return {"pairs": len(cases), "records": total.records, **_row(total)}


def _unique(side: Side, choose: Choose) -> dict[tuple[str, str], int]:
    """(tag, text) → index of the chosen elements that alone have this tag and text."""
    which = np.flatnonzero(choose(side)).tolist()
    labels = [(tag, words) for tag, words in zip(side.layout.tags, side.words, strict=True)]
    count = Counter(labels)
    return {labels[i]: i for i in which if labels[i][1] and count[labels[i]] == 1}


def _without_words(side: Side) -> Side:
    def blank(fp: str) -> str:
        return "".join("~" if n in WITHHELD else mark for n, mark in enumerate(re.findall("~|..", fp)))

    layout = side.layout
    return replace(side, layout=replace(layout, fps=[blank(fp) for fp in layout.fps]))
