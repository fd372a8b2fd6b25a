"""Maps of patterns that match more pages than a query can name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aggregator.answers.heatmap import heatmap
from aggregator.answers.reach_map import reach_map
from aggregator.answers.traffic import devices_of
from aggregator.pictures.newest import NoSnapshot
from aggregator.queries import conditions
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.scope import Scope, SiteScope
from bench.pages import DAY, WIDTH, add_pages, add_picture
from store.client import Store
from store.pages import matches
from store.snapshots import Snapshots
from tests.aggregator.build import insert

PAGES = 5_884


@pytest.fixture
def counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that the store ran."""
    queries: list[str] = []
    for name in ("rows", "columns"):
        run = getattr(store, name)

        def counting(sql: str, /, *, run: Any = run, **params: object) -> Any:
            queries.append(sql)
            return run(sql, **params)

        monkeypatch.setattr(store, name, counting)
    return queries


def of(pattern: str, **changed: Any) -> Scope:
    return Scope(**({"site": 1, "pages": (pattern,), "kind": "click", "since": DAY, "until": DAY} | changed))


def test_a_map_of_many_pages_needs_no_more_queries_than_one_of_a_few(store: Store, counted: list[str]) -> None:
    add_pages(store, PAGES)
    last = add_picture(store, "shop.example/f/999")  # the last in alphabetical order
    add_pages(store, 3, page="shop.example/g/")
    few = heatmap(store, Snapshots(store), of("/**/99*"), WIDTH)
    queries = len(counted)
    assert (few.account.drawn, few.snapshot) == (11, last)
    many = heatmap(store, Snapshots(store), of("/f/**"), WIDTH)
    assert len(counted) <= 2 * queries  # the layout is read once
    assert (many.account.drawn, many.views, len(many.pages), many.snapshot) == (PAGES, PAGES, PAGES, last)
    assert reach_map(store, Snapshots(store), of("/f/*"), WIDTH).views == PAGES
    assert devices_of(store, SiteScope(1, DAY, DAY), ("/f/**", "shop.example/g/1")) == {"desktop": 3922, "phone": 1962}


def test_many_pages_without_a_picture_are_looked_up_at_once(store: Store, counted: list[str]) -> None:
    add_pages(store, PAGES)
    with pytest.raises(NoSnapshot, match="no picture of /f/0 at 1366 px: take one first"):
        heatmap(store, Snapshots(store), of("/f/**"), WIDTH)
    add_picture(store, "shop.example/f/17")
    with pytest.raises(NoSnapshot, match="ask for 1366 px"):
        heatmap(store, Snapshots(store), of("/f/**", variant=("hero", "b")), 390)
    assert len(counted) == 4
    assert heatmap(store, Snapshots(store), of("/f/**", variant=("hero", "b")), WIDTH).snapshot.variant == ""


PATTERNS = (
    "/lamps/*", "/lamps/**", "/lamps/", "/**", "/l*s", "/p-{id}-red", "/order/{id}", "/a.b", "*.example/lamps", "/",
    "/*", "/a*/b", "/#/**", "/#/*", "/#/b/", "/s#/b", "/s?q=*#/b?q=2", "/s", "/s?q=*", "/o'clock/*", "/caf%C3%A9/*",
    "shop.example/a(b)/*", "**",
)  # fmt: skip
NAMES = (
    "shop.example/", "shop.example/lamps", "shop.example/lamps/red", "shop.example/lamps/red/big", "b.example/lamps",
    "shop.example/p-*-red", "shop.example/order/*", "shop.example/axb", "shop.example/a.b", "shop.example/#/b",
    "shop.example/#/b/c", "shop.example/s?q=1#/b?q=2", "shop.example/s?q=1", "shop.example/s", "shop.example/a#/b",
    "shop.example/o'clock/\\", "shop.example/caf%C3%A9/x", "shop.example/a(b)/c", "shop.example:8443/lamps/y",
)  # fmt: skip


GROUPS = [("/lamps/*", "shop.example/s"), ("/s", "/order/*")]
LESS = [("/**", "!/lamps/**"), ("/lamps/*", "!shop.example/lamps/red"), ("shop.example/s", "/s*", "!/s?q=*"), ("!/s",)]


@pytest.mark.parametrize("patterns", [*((p,) for p in PATTERNS), *GROUPS, *LESS])
def test_the_engine_selects_the_pages_that_python_matches(
    store: Store, monkeypatch: pytest.MonkeyPatch, patterns: tuple[str, ...]
) -> None:
    insert(store, "views", [{"page": page, "view": n} for n, page in enumerate(NAMES, 1)])
    pages = resolve_pages(store, 1, patterns)
    monkeypatch.setattr(conditions, "MOST_NAMED", 0)
    condition, values = conditions.on_pages(pages, patterns)
    found = store.rows(f"SELECT DISTINCT page FROM views WHERE site = 1 AND {condition}", **values)
    assert {row["page"] for row in found} == set(pages)
    exact = {pattern for pattern in patterns if pattern in NAMES}  # stands for itself, whatever else it would match
    wanted = [p for p in patterns if p not in exact and not p.startswith("!")]
    left_out = [p[1:] for p in patterns if p.startswith("!")]
    selected = exact | {name for name in NAMES if any(matches(p, name) for p in wanted)}
    assert set(pages) == {name for name in selected if not any(matches(p, name) for p in left_out)}


def test_a_period_without_points_names_the_days_that_have_some(store: Store) -> None:
    add_pages(store, 600)
    add_picture(store, "shop.example/f/1")
    empty = heatmap(store, Snapshots(store), of("/f/*", since=date(2020, 1, 1), until=date(2020, 1, 2)), WIDTH)
    assert [(w.code, w.values["n"]) for w in empty.warnings if "n" in w.values] == [("other_period", 600)]
