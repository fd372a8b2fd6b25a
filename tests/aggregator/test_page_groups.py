"""Page groups: figures that equal a plain loop over the visits, what a change does, and suggestions."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.answers.page_groups import GroupRow, group_effect, group_list, suggested_groups
from aggregator.measures.group_changes import Address, GroupChange, decisive
from aggregator.measures.page_patterns import LEAST_PAGES, shared_patterns
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.pages import matches, selects
from tests.aggregator.build import DAY, NOON, insert

MS = 86_400_000
SCOPE = SiteScope(1, DAY - timedelta(days=9), DAY)
GROUPS = {
    "lamps": ("/*-lamps/*", "!**/compare"),
    "tables": ("/table-lamps/**",),
    "order": ("/order/*",),
    "nothing": ("/nothing/*",),
}
# page → (visitors, days before DAY)
VISITS = {
    "shop.example/table-lamps/red": [(1, 0), (2, 0), (2, 1), (3, 9)],
    "shop.example/table-lamps/blue": [(2, 0), (4, 2)],
    "shop.example/table-lamps/compare": [(1, 0), (5, 3)],
    "shop.example/floor-lamps/red": [(1, 8), (6, 0)],
    "shop.example/order/*": [(7, 0)],
    "shop.example/basket": [(1, 0), (8, 20)],
}


def rows() -> list[dict[str, Any]]:
    found, view = [], 0
    for page, visits in VISITS.items():
        for visitor, ago in visits:
            view += 1
            found.append({"page": page, "view": view, "visitor": visitor, "time": NOON - ago * MS, "clicks": 2})
    found.append({"page": "shop.example/table-lamps/bot", "view": 99, "visitor": 99, "bot": "crawler"})
    return found


def looped(patterns: tuple[str, ...]) -> tuple[int, int, int]:
    """Addresses, visitors and views of a group, by a plain loop."""
    in_scope = {page: [v for v, ago in visits if ago <= 9] for page, visits in VISITS.items()}
    pages = {page: visitors for page, visitors in in_scope.items() if visitors and selects(patterns, page)}
    return len(pages), len({v for visitors in pages.values() for v in visitors}), sum(map(len, pages.values()))


def test_the_figures_of_groups_equal_a_loop_over_the_visits(store: Store) -> None:
    insert(store, "views", rows())
    found = group_list(store, SCOPE, GROUPS)
    assert {row.key: (row.addresses, row.visitors, row.views) for row in found.groups} == {
        key: looped(patterns) for key, patterns in GROUPS.items()
    }
    assert (found.addresses, found.grouped) == (6, 5)
    by_key = {row.key: row for row in found.groups}
    assert by_key["tables"].clicks == 2 * by_key["tables"].views
    assert sum(by_key["lamps"].daily) == by_key["lamps"].views
    assert by_key["lamps"].daily[-1] == 4
    assert by_key["nothing"] == GroupRow("nothing")
    # First visited within the last seven days: blue and compare; red and the floor lamp were known before.
    assert [row.new for row in found.groups] == [1, 2, 1, 0]


def test_a_site_without_groups_has_addresses_without_a_group(store: Store) -> None:
    insert(store, "views", rows())
    found = group_list(store, SCOPE, {})
    assert (found.groups, found.addresses, found.grouped) == ([], 6, 0)


def test_frustrated_visitors_are_counted_once_for_each_group_of_a_page(store: Store) -> None:
    insert(store, "views", rows())
    clicks = [{name: row[name] for name in ("page", "view", "visitor", "time")} for row in rows() if "time" in row]
    clicks = [click | {"effect": 0} for click in clicks]
    insert(store, "points", clicks)  # dead: nothing followed
    found = {row.key: row.frustrated_share for row in group_list(store, SCOPE, GROUPS).groups}
    assert found == {"lamps": 1.0, "tables": 1.0, "order": 1.0, "nothing": 0.0}


def test_the_tester_says_what_fits_what_is_new_what_falls_out_and_what_clashes(store: Store) -> None:
    insert(store, "views", rows())
    change = GroupChange(
        ("/table-lamps/*",), ("/*-lamps/*", "!**/compare"), {"Order": ("/order/*",), "Red": ("**/red",)}
    )
    found = group_effect(store, SCOPE, change)
    assert {name: (total.addresses, total.visitors) for name, total in found.totals.items()} == {
        "fits": (3, 5), "after": (3, 5), "new": (1, 2), "out": (1, 2), "clash": (2, 4),
        "ungrouped": (2, 2), "every": (6, 7),
    }  # fmt: skip
    assert {row.page.removeprefix("shop.example"): (row.change, row.by, row.others) for row in found.rows} == {
        "/table-lamps/red": ("", "/*-lamps/*", (("Red", "**/red"),)),
        "/table-lamps/blue": ("", "/*-lamps/*", ()),
        "/table-lamps/compare": ("out", "!**/compare", ()),
        "/floor-lamps/red": ("new", "/*-lamps/*", (("Red", "**/red"),)),
    }


def test_a_pattern_of_everything_or_nothing_is_tested_too(store: Store) -> None:
    insert(store, "views", rows())
    everything = group_effect(store, SCOPE, GroupChange((), ("/**",), {}))
    assert everything.totals["new"].addresses == everything.totals["after"].addresses == 6
    nothing = group_effect(store, SCOPE, GroupChange((), ("/nothing",), {}))
    assert nothing.rows == []
    assert nothing.totals["after"].addresses == 0


def test_groups_are_suggested_from_addresses_without_one_unless_they_were_declined(store: Store) -> None:
    pages = [f"shop.example/letters/2026-{n:02}" for n in range(1, 8)] + [f"shop.example/help/{c}" for c in "abcde"]
    visits = [{"page": page, "view": n, "visitor": n % 9} for n, page in enumerate(pages, 1)]
    insert(store, "views", [*rows(), *visits])
    scope = SiteScope(1, date(2026, 3, 1), DAY)
    first, second = suggested_groups(store, scope, GROUPS, ())
    assert (first.pattern, first.addresses, first.visitors) == ("/letters/*", 7, 7)
    assert first.examples == ("shop.example/letters/2026-01", "shop.example/letters/2026-02")
    assert second.pattern == "/help/*"
    assert [one.pattern for one in suggested_groups(store, scope, GROUPS, ("/letters/*",))] == ["/help/*"]
    assert suggested_groups(store, scope, {"all": ("/**",)}, ()) == []


# --- the pure parts


@pytest.mark.parametrize(
    ("paths", "patterns"),
    [
        ([f"/letters/{n}" for n in range(5)], ["/letters/*"]),
        ([f"/letters/{n}" for n in range(4)], []),
        ([f"/{room}-lamps/{n}" for room in ("table", "floor") for n in range(5)], ["/*-lamps/*"]),
        ([f"/{kind}-lamps" for kind in "abcde"], ["/*-lamps"]),
        (["/basket", "/help", "/checkout", "/thanks", "/", "/about"], []),
        ([f"/p/{n}/reviews" for n in range(6)], ["/p/*/reviews"]),
        ([f"/{year}/{n}" for year in ("2025", "2026") for n in range(6)], ["/2025/*", "/2026/*"]),
        ([f"/#/order/{n}" for n in range(6)], ["/#/order/*"]),
        ([f"/blog/{year}/{n}" for year in range(3) for n in range(5)], ["/blog/*/*"]),
        ([f"/a/{n}?q=1" for n in range(5)], ["/a/*"]),
        ([f"/order/*/{n}" for n in range(9)], []),  # masked: each may be many pages already
    ],
)
def test_addresses_share_a_pattern(paths: list[str], patterns: list[str]) -> None:
    assert [one.pattern for one in shared_patterns(f"shop.example{path}" for path in paths)] == patterns


PART = st.sampled_from(["a", "b", "x-1", "x-2", "x-3", "y-1", "1", "2", "3", "4", "5", "6"])


@given(st.lists(st.lists(PART, min_size=1, max_size=3).map(lambda parts: "s.example/" + "/".join(parts)), max_size=60))
def test_a_shared_pattern_matches_its_pages_and_no_page_is_in_two(pages: list[str]) -> None:
    found = shared_patterns(dict.fromkeys(pages))
    for one in found:
        assert len(one.pages) >= LEAST_PAGES
        assert all(matches(one.pattern, page) for page in one.pages)
    assert max(Counter(page for one in found for page in one.pages).values(), default=0) <= 1


@given(
    st.lists(st.sampled_from(["s.example/a", "s.example/a/b", "s.example/c"]), unique=True),
    st.lists(st.sampled_from(["/a", "/a/*", "/**", "!/a", "!/c"]), max_size=3).map(tuple),
    st.lists(st.sampled_from(["/a", "/a/*", "/**", "!/a", "!/c"]), max_size=3).map(tuple),
)
def test_a_change_is_new_out_or_none(pages: list[str], before: tuple[str, ...], after: tuple[str, ...]) -> None:
    found = {
        one.page: one for one in GroupChange(before, after, {"other": ("/a/*",)}).of([Address(p, 1) for p in pages])
    }
    changes: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        was, belongs = selects(before, page), selects(after, page)
        if was or belongs:
            changes["new" if not was else "out" if not belongs else ""].add(page)
            assert found[page].others == ((("other", "/a/*"),) if belongs and page == "s.example/a/b" else ())
    assert {page: one.change for page, one in found.items()} == {p: c for c, found in changes.items() for p in found}


def test_the_pattern_that_decides_is_the_one_that_leaves_a_page_out() -> None:
    assert decisive(("/a/*", "!/a/b"), "s.example/a/b") == "!/a/b"
    assert decisive(("s.example/a/b", "/a/*"), "s.example/a/b") == "/a/*"
    assert decisive(("s.example/a/b",), "s.example/a/b") == "s.example/a/b"
    assert decisive(("/c",), "s.example/a/b") == ""
