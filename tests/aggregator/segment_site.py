"""A site of a week for the tests of segments, the rules that are tried on it, and trees of them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from store.client import Store
from store.segments import Action, Group, Rule
from tests.aggregator.build import DEFAULTS
from tests.aggregator.segment_loop import Loop

HOME, LAMPS, BASKET = "shop.example/", "shop.example/lamps", "shop.example/basket"
PAGES = (HOME, LAMPS, BASKET)
KEYS = (0xA1, 0xB2, 0xC3)
PATHS = ("main>button:1", "form#buy>input:2", "main>label:1>b:1")  # of the elements with these keys
EFFECTS = (
    {"effect": 1, "effect_ms": 100},
    {"effect": 1, "effect_ms": 700},
    {"effect": 2, "effect_ms": 1400},
    {"effect": 0, "effect_ms": 0},
    {"effect": 0, "effect_ms": 2550},
)
SINCE, UNTIL = date(2026, 3, 4), date(2026, 3, 6)
FIRST = date(2026, 3, 1)
MINUTE = 60_000


@dataclass(frozen=True)
class Site:
    store: Store
    tables: dict[str, list[dict[str, Any]]]
    loop: Loop


def made_rows() -> dict[str, list[dict[str, Any]]]:
    """Visitors of a week: each comes back after gaps around those that end a visit, and clicks, sends and scrolls."""
    luck, words = random.Random(17), random.Random(18)
    names = ("views", "points", "scrolls", "events", "feedback")
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    start = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC).timestamp() * 1000)
    view = 100
    for visitor in range(1, 81):
        consent = int(visitor % 3 > 0)
        at = start + luck.randrange(7 * 1440) * MINUTE
        for _ in range(luck.randrange(1, 8)):
            view += 1
            who = {
                "visitor": visitor,
                "view": view,
                "page": luck.choice(PAGES),
                "device": luck.choice(("desktop", "phone")),
                "bot": "declared" if luck.random() < 0.04 else "",
                "excluded": int(luck.random() < 0.04),
                "variants": luck.choice(({}, {"button": "a"}, {"button": "b"})),
            }
            more = {
                "channel": luck.choice(("mail", "search", "direct")),
                "country": luck.choice(("FR", "BE", "")),
                "viewport_w": luck.choice((390, 800, 1400)),
                "consent": consent,
                "engaged_ms": luck.randrange(0, 60_000, 500),
            }
            tables["views"].append({**who, **more, "time": at})
            tables["points"] += [
                {**who, "time": at + luck.randrange(20) * 1000, "key": luck.choice(KEYS), "kind": kind,
                 "weight": luck.choice((1.0, 250.0, 1000.0))}
                for kind in luck.choices(("click", "hover"), k=luck.randrange(6))
            ]  # fmt: skip
            tables["events"] += [
                {**who, "time": at + luck.randrange(20) * 1000, "key": luck.choice(KEYS), "kind": kind,
                 "name": luck.choice(("order", "order.sent", "code")) if kind in ("custom", "error") else "",
                 "value": luck.choice((None, 0.0, 5.0, 20.0)) if kind == "custom" else None,
                 "flags": luck.randrange(4)}
                for kind in luck.choices(("custom", "error", "input", "submit"), k=luck.randrange(5))
            ]  # fmt: skip
            for n in range(luck.choice((0, 0, 2, 3, 4, 5))):
                place = {"page_x": 100 + luck.choice((0, 10, 10, 50)), "page_y": 100, **luck.choice(EFFECTS)}
                how = {"flags": luck.choice((0, 0, 0, 0, 1, 4, 64, 128)), "button": luck.choice((0, 0, 0, 2))}
                click = {"time": at + 30_000 + n * luck.choice((400, 999, 1000)), "key": luck.choice(KEYS)}
                tables["points"].append({**who, "kind": "click", **place, **how, **click})
            if words.random() < 0.5:
                tables["feedback"] += made_answers(who, at, words)
            if luck.random() < 0.6:
                tables["scrolls"].append({**who, "time": at, "depth": luck.randrange(200, 2600, 200)})
            at += luck.choice((MINUTE, 10 * MINUTE, 30 * MINUTE, 31 * MINUTE, 5 * 60 * MINUTE, 26 * 60 * MINUTE))
    for point in tables["points"]:
        point["record"] = KEYS.index(point["key"]) + 1
    tables["elements"] = [
        {"page": page, "record": n, "key": key, "path": path}
        for page in PAGES
        for n, (key, path) in enumerate(zip(KEYS, PATHS, strict=True), 1)
    ]
    return {name: [DEFAULTS[name] | row for row in rows] for name, rows in tables.items()}


def made_answers(who: dict[str, Any], at: int, words: random.Random) -> list[dict[str, Any]]:
    """An asking with its answers: a score, which may be changed later, and entries of a list."""
    asking = {**who, "time": at + words.randrange(20) * 1000, "survey": words.choice(("ask", "other")),
              "asking": who["view"]}  # fmt: skip
    scores = words.sample(range(11), words.randrange(3))
    score = [asking | {"question": "score", "step": n, "score": one} for n, one in enumerate(scores, 1)]
    options = words.sample(("price", "size", "colour"), words.randrange(3))
    return [asking | {"question": "", "step": 9}, *score, asking | {"question": "why", "step": 3, "options": options}]


def key(n: int) -> str:
    return f"{KEYS[n]:016x}"


SCOPES = ("view", "visit", "visitor")
RULES = [
    *(Rule(what="visitor", scope=scope, values=(value,)) for scope in SCOPES for value in ("new", "returning")),
    *(Rule(what="channel", scope=scope, values=("mail",)) for scope in SCOPES),
    *(Rule(what="channel", scope=scope, how="is_not", values=("mail", "search")) for scope in SCOPES),
    *(Rule(what="channel", scope=scope, how="contains_not", values=("EA",)) for scope in SCOPES),
    *(Rule(what="viewport", scope=scope, values=("0-400", "1000-")) for scope in SCOPES),
    *(Rule(what="hour", scope=scope, values=("3", "4", "12")) for scope in SCOPES),
    *(Rule(what="weekday", scope=scope, how="is_not", values=("4",)) for scope in SCOPES),
    *(Rule(what="variant", scope=scope, values=("button:a",)) for scope in SCOPES),
    *(Rule(what=what, scope=scope, values=(LAMPS,)) for what in ("landing", "exit") for scope in ("visit", "visitor")),
    *(Rule(what="exit", scope=scope, how="contains", values=("BASK",)) for scope in ("visit", "visitor")),
    *(Rule(what="saw", scope=scope, values=("/lamps", "/bask*")) for scope in SCOPES),
    *(Rule(what="saw", scope=scope, page=HOME, times=2) for scope in SCOPES),
    *(Rule(what="saw", scope=scope, page=HOME, times=2, count="most") for scope in SCOPES),
    *(Rule(what="clicked", scope=scope, element=key(0)) for scope in SCOPES),
    *(Rule(what="clicked", scope=scope, page="/lamps", times=2) for scope in SCOPES),
    *(Rule(what="clicked", scope=scope, times=2, count="exactly") for scope in SCOPES),
    *(Rule(what="clicked", scope=scope, element=key(1), count="most") for scope in SCOPES),
    *(Rule(what="dwelt", scope=scope, element=key(1), least=0.5) for scope in SCOPES),
    *(Rule(what="dwelt", scope=scope, least=1, most=1.5, times=2) for scope in SCOPES),
    *(Rule(what="dead", scope=scope) for scope in SCOPES),
    *(Rule(what="dead", scope=scope, element=key(0), page="/lamps") for scope in SCOPES),
    *(Rule(what="dead", scope=scope, times=2, count="most") for scope in SCOPES),
    *(Rule(what="rage", scope=scope) for scope in SCOPES),
    *(Rule(what="rage", scope=scope, element=key(2)) for scope in SCOPES),
    *(Rule(what="rage", scope=scope, times=2) for scope in SCOPES),
    *(Rule(what="sent", scope=scope, name="order", least=5, most=20) for scope in SCOPES),
    *(Rule(what="sent", scope=scope, name="or*", times=2) for scope in SCOPES),
    *(Rule(what="error", scope=scope) for scope in SCOPES),
    *(Rule(what="error", scope=scope, name="*code", element=key(2)) for scope in SCOPES),
    *(Rule(what="left_blank", scope=scope, element=key(2)) for scope in SCOPES),
    *(Rule(what="submitted", scope=scope, page=BASKET, count="exactly") for scope in SCOPES),
    *(Rule(what="answered", scope=scope, name="ask") for scope in SCOPES),
    *(Rule(what="answered", scope=scope, name="ask/score", least=9) for scope in SCOPES),
    *(Rule(what="answered", scope=scope, name="ask/score", most=6, page="/lamps") for scope in SCOPES),
    *(Rule(what="answered", scope=scope, name="other/why/price", count="most") for scope in SCOPES),
    *(Rule(what="scrolled", scope=scope, least=0.5) for scope in SCOPES),
    *(Rule(what="scrolled", scope=scope, page="/lamps", most=0.4) for scope in SCOPES),
    *(Rule(what="stayed", scope=scope, least=20.0) for scope in SCOPES),
    *(Rule(what="stayed", scope=scope, least=5, most=30, times=2) for scope in SCOPES),
    *(Rule(what="clicked", scope="visitor", days=days, times=2) for days in (1, 2, 7, 3660)),
    *(Rule(what="visits", scope="visitor", days=days, least=2) for days in (0, 1, 7)),
    Rule(what="visits", scope="visitor", days=1, most=1),
    Rule(what="last_seen", scope="visitor", least=1),
    Rule(what="last_seen", scope="visitor", most=0),
    Rule(what="last_seen", scope="visitor", least=1, most=2),
    *(Rule(what="value", scope="visitor", name="order*", days=days, least=20) for days in (0, 7)),
    Rule(what="value", scope="visitor", most=5),
    *(Rule(what="top_value", scope="visitor", days=7, most=most) for most in (0.01, 0.2, 0.5)),
    Rule(what="top_value", scope="visitor", name="order", least=0.2),
    *(Rule(what="quiet", scope="visitor", days=days, least=least) for days, least in ((0, 0.5), (0, 1), (5, 2))),
    *(
        Rule(what="clicked", scope=scope, order=order, other=Action(what="sent", name="order*"), within=within)
        for scope in SCOPES
        for order in ("before", "after")
        for within in (0, 5)
    ),
    *(
        Rule(what="saw", scope=scope, page="/lamps", order=order, other=Action(what="clicked"), times=2, count=count)
        for scope in SCOPES
        for order in ("before", "after")
        for count in ("least", "most")
    ),
    *(Rule(what="clicked", scope=scope, order="before", other=Action(what="clicked"), within=2) for scope in SCOPES),
]


def trees(depth: int = 2) -> st.SearchStrategy[Group]:
    groups: Any = st.just(()) if not depth else st.lists(trees(depth - 1), max_size=2).map(tuple)
    return st.builds(
        Group,
        match=st.sampled_from(("all", "any", "none")),
        rules=st.lists(st.integers(0, len(RULES) - 1).map(RULES.__getitem__), max_size=4).map(tuple),
        groups=groups,
    )
