"""What a segment selects, by plain loops over the rows: written from docs/segments.md, without the engine."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from store.pages import matches
from store.segments import Action, Group, Rule

Row = Mapping[str, Any]
Happening = tuple[int, int, int]  # view, visitor, ms
GAP = 30 * 60_000
UTC = ZoneInfo("UTC")
DAY = timedelta(days=1)
MEASURES = ("visits", "last_seen", "value", "top_value", "quiet")
TRAITS = (
    "device", "viewport", "browser", "os", "country", "language", "channel", "source", "medium", "campaign",
    "referrer", "landing", "exit", "visitor", "weekday", "hour", "variant",
)  # fmt: skip


@dataclass(frozen=True)
class Loop:
    """The rows of a site, and the days of a question in a zone."""

    tables: Mapping[str, Sequence[Row]]
    since: date
    until: date
    zone: ZoneInfo = UTC
    known: dict[Any, Any] = field(default_factory=dict)  # results of the methods that are asked again and again

    def local(self, ms: int) -> datetime:
        return datetime.fromtimestamp(ms / 1000, self.zone)

    def once(self, name: Any, find: Callable[[], Any]) -> Any:
        if name not in self.known:
            self.known[name] = find()
        return self.known[name]

    def selected(self, tree: Group) -> set[int]:
        """The views of the period that fit."""
        views = [row for row in self.people("views") if self.since <= self.local(row["time"]).date() <= self.until]
        return {row["view"] for row in views if self.fits(tree, row)}

    def people(self, table: str) -> list[Row]:
        return [row for row in self.tables[table] if not row["bot"] and not row["excluded"]]

    def rows(self, table: str, first: date) -> list[Row]:
        def find() -> list[Row]:
            return [row for row in self.people(table) if first <= self.local(row["time"]).date() <= self.until]

        found: list[Row] = self.once((table, first), find)
        return found

    def fits(self, group: Group, view: Row) -> bool:
        found = [self.holds(rule, view) for rule in group.rules] + [self.fits(one, view) for one in group.groups]
        if not found:
            return True
        return {"all": all(found), "any": any(found), "none": not any(found)}[group.match]

    def holds(self, rule: Rule, view: Row) -> bool:
        found: bool = self.once((rule, view["view"]), lambda: self.judged(rule, view))
        return found

    def judged(self, rule: Rule, view: Row) -> bool:
        if rule.what in MEASURES:
            found = self.measure(rule, view["visitor"])
        elif rule.what in TRAITS:
            found = any(self.trait(rule, one) for one in self.views_of_trait(rule, view))
        else:
            found = self.did(rule, view)
        return not found if rule.how in ("is_not", "contains_not") else found

    # visits

    def visits(self, visitor: int, first: date) -> list[list[Row]]:
        found: list[list[Row]] = self.once((visitor, first), lambda: self.split(visitor, first))
        return found

    def split(self, visitor: int, first: date) -> list[list[Row]]:
        views = sorted(
            (row for row in self.rows("views", first) if row["visitor"] == visitor),
            key=lambda row: (row["time"], row["view"]),
        )
        found: list[list[Row]] = []
        for row in views:
            if not found or row["time"] - found[-1][-1]["time"] > GAP:
                found.append([])
            found[-1].append(row)
        return found

    def visit_of(self, view: Row) -> list[Row]:
        return next(one for one in self.visits(view["visitor"], self.since - DAY) if view in one)

    # traits

    def views_of_trait(self, rule: Rule, view: Row) -> list[Row]:
        if rule.scope == "view" or (rule.what in ("visitor", "landing", "exit") and rule.scope == "visit"):
            return [view]
        if rule.scope == "visit":
            visit = self.visit_of(view)
            return visit if rule.what in ("viewport", "weekday", "hour", "variant") else visit[:1]
        return [row for row in self.rows("views", self.since) if row["visitor"] == view["visitor"]]

    def trait(self, rule: Rule, view: Row) -> bool:
        what, values = rule.what, rule.values
        if what in ("landing", "exit"):
            page = self.visit_of(view)[0 if what == "landing" else -1]["page"]
            if rule.how.startswith("contains"):
                return any(value.lower() in page.lower() for value in values)
            return any(value == page or matches(value, page) for value in values)
        if what == "visitor":
            first = self.visit_of(view)[0]
            earlier = [
                row
                for row in self.people("views")
                if row["visitor"] == view["visitor"] and (row["time"], row["view"]) < (first["time"], first["view"])
            ]
            return ("returning" if earlier else "new") in values
        if what == "viewport":
            ends = [value.split("-") for value in values]
            return any(int(low) <= view["viewport_w"] <= int(high or 10**6) for low, high in ends)
        if what == "variant":
            return any(view["variants"].get(value.rpartition(":")[0]) == value.rpartition(":")[2] for value in values)
        if what == "weekday":
            return str(self.local(view["time"]).isoweekday()) in values
        if what == "hour":
            return str(self.local(view["time"]).hour) in values
        if rule.how.startswith("contains"):
            return any(value.lower() in view[what].lower() for value in values)
        return view[what] in values

    # actions

    def did(self, rule: Rule, view: Row) -> bool:
        first = self.since - DAY
        if rule.scope == "visitor":
            first = self.until - (rule.days - 1) * DAY if rule.days else self.since
        visit = {row["view"] for row in self.visit_of(view)}

        def here(action: Rule | Action) -> list[int]:
            return [
                ms
                for of_view, visitor, ms in self.happenings(action, first)
                if (rule.scope == "view" and of_view == view["view"])
                or (rule.scope == "visit" and of_view in visit)
                or (rule.scope == "visitor" and visitor == view["visitor"])
            ]

        times = here(rule)
        if rule.other is not None:
            others, most = here(rule.other), rule.within * 1000 or float("inf")
            sign = 1 if rule.order == "before" else -1
            times = [t for t in times if any(0 < sign * (other - t) <= most for other in others)]
        n = len(times)
        return {"least": n >= rule.times, "exactly": n == rule.times, "most": n <= rule.times}[rule.count]

    def happenings(self, action: Rule | Action, first: date) -> list[Happening]:
        found: list[Happening] = self.once((action, first), lambda: self.find(action, first))
        return found

    def find(self, action: Rule | Action, first: date) -> list[Happening]:
        def on_page(row: Row) -> bool:
            pages = [action.page] if action.page else []
            if isinstance(action, Rule) and action.what == "saw":
                pages += action.values
            return not pages or any(page == row["page"] or matches(page, row["page"]) for page in pages)

        def on_element(row: Row) -> bool:
            return not action.element or row["key"] == int(action.element, 16)

        def times(table: str, kind: str = "") -> list[Row]:
            rows = [row for row in self.rows(table, first) if on_page(row)]
            return [row for row in rows if row["kind"] == kind and on_element(row)] if kind else rows

        if action.what == "dwelt":
            return dwells(times("points", "hover"), action)
        if action.what == "scrolled":
            return self.depths(times("views"), times("scrolls"), action)
        if action.what == "rage":
            bursts = rage_bursts(row for row in times("points") if row["kind"] == "click")
            firsts = [next((row for row in burst if on_element(row)), None) for burst in bursts]
            return [(row["view"], row["visitor"], row["time"]) for row in firsts if row]
        if action.what == "answered":
            rows = [row for row in last_answers(times("feedback")) if is_named(row, action)]
            return [(row["view"], row["visitor"], row["time"]) for row in rows]
        table, kind = TABLES[action.what]
        return [(r["view"], r["visitor"], r["time"]) for r in times(table, kind) if is_meant(r, action)]

    @staticmethod
    def depths(views: Sequence[Row], scrolls: Sequence[Row], action: Rule | Action) -> list[Happening]:
        deepest = {row["view"]: row["depth"] / row["page_h"] for row in scrolls}
        return [
            (row["view"], row["visitor"], row["time"])
            for row in views
            if within(min(1, deepest.get(row["view"], row["viewport_h"] / row["page_h"])), action)
        ]

    # measures

    def measure(self, rule: Rule, visitor: int) -> bool:
        first = self.until - (rule.days - 1) * DAY if rule.days else self.since
        if rule.what == "visits":
            return within(len(self.visits(visitor, first)), rule)
        if rule.what == "last_seen":
            last = max(row["time"] for row in self.rows("views", self.since - DAY) if row["visitor"] == visitor)
            return within((self.until - self.local(last).date()).days, rule)
        if rule.what == "quiet":
            visits = self.visits(visitor, first if rule.days else date.min)
            if len(visits) < 2:
                return False
            usual = (visits[-1][0]["time"] - visits[0][0]["time"]) / (len(visits) - 1)
            end = datetime.combine(self.until + DAY, datetime.min.time(), self.zone).timestamp() * 1000
            return within((end - visits[-1][-1]["time"]) / usual, rule)
        sums: defaultdict[int, float] = defaultdict(float)
        for row in self.rows("events", first):
            if row["kind"] == "custom" and (not rule.name or named(rule.name, row["name"])):
                sums[row["visitor"]] += row["value"] or 0
        if rule.what == "value":
            return within(sums[visitor], rule)
        spent = [total for total in sums.values() if total > 0]
        ahead = sum(total > sums[visitor] for total in spent)
        least, most = rule.least or 0, 2 if rule.most is None else rule.most
        return sums[visitor] > 0 and least * len(spent) <= ahead < most * len(spent)


TABLES = {
    "saw": ("views", ""),
    "stayed": ("views", ""),
    "clicked": ("points", "click"),
    "dead": ("points", "click"),
    "sent": ("events", "custom"),
    "error": ("events", "error"),
    "left_blank": ("events", "input"),
    "submitted": ("events", "submit"),
}


def last_answers(rows: Iterable[Row]) -> list[Row]:
    """Of the rows of an asking and a question, the last."""
    last: dict[tuple[int, str], Row] = {}
    for row in sorted(rows, key=lambda row: row["step"]):
        last[row["asking"], row["question"]] = row
    return list(last.values())


def is_named(row: Row, action: Rule | Action) -> bool:
    """Whether an answer is what the action names: SURVEY, SURVEY/QUESTION or SURVEY/QUESTION/OPTION."""
    if not row["question"]:
        return False
    parts = action.name.split("/")
    names = [row["survey"], row["question"]][: len(parts)]
    is_free = action.least is None and action.most is None
    fits = is_free or (row["score"] is not None and within(row["score"], action))
    return names == parts[:2] and (len(parts) < 3 or parts[2] in row["options"]) and fits


def is_meant(row: Row, action: Rule | Action) -> bool:
    """Whether a row on the right page and element is what the action asks for."""
    if action.what == "stayed":
        return within(row["engaged_ms"] / 1000, action)
    if action.what == "dead":
        return is_dead(row)
    if action.what == "left_blank":
        return bool(row["flags"] & 1)
    if action.what in ("sent", "error"):
        is_named = not action.name or named(action.name, row["name"])
        is_free = action.least is None and action.most is None
        return is_named and (is_free or (row["value"] is not None and within(row["value"], action)))
    return True


def within(value: float, bounds: Rule | Action) -> bool:
    return (bounds.least is None or value >= bounds.least) and (bounds.most is None or value <= bounds.most)


def named(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


def dwells(rows: Sequence[Row], action: Rule | Action) -> list[Happening]:
    of_view: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        of_view[row["view"]].append(row)
    return [
        (view, of[0]["visitor"], min(row["time"] for row in of))
        for view, of in of_view.items()
        if within(sum(row["weight"] for row in of) / 1000, action)
    ]


def is_dead(click: Row) -> bool:
    """Nothing followed a plain click, on an element that answers visibly or is disabled (docs/segments.md)."""
    flags = click["flags"]
    unseen = click["effect"] == 0 and click["effect_ms"] == 2550
    answered = unseen or (click["effect"] > 0 and click["effect_ms"] <= 1000)
    if answered or click["button"] or flags & (4 | 32 | 64):
        return False
    return bool(flags & 128) or click["key"] == 0xA1  # the other keys are a field and a word in a label


def rage_bursts(clicks: Iterable[Row]) -> list[list[Row]]:
    """Three clicks or more of a view, less than a second and at most 30 px apart, not all answered at once."""
    able = [row for row in clicks if not row["flags"] & (1 | 64) and row["key"] != 0xB2]
    bursts: list[list[Row]] = []
    for row in sorted(able, key=lambda row: (row["view"], row["time"], row["page_x"])):
        last = bursts[-1][-1] if bursts else None
        if (
            last is None
            or last["view"] != row["view"]
            or row["time"] - last["time"] >= 1000
            or (row["page_x"] - last["page_x"]) ** 2 + (row["page_y"] - last["page_y"]) ** 2 > 900
        ):
            bursts.append([])
        bursts[-1].append(row)
    return [
        burst
        for burst in bursts
        if len(burst) >= 3 and not all(row["effect"] and row["effect_ms"] <= 300 for row in burst)
    ]
