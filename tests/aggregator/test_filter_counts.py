"""The visitors of each choice of the filters equal a plain loop over the rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.answers.filter_counts import filter_counts
from aggregator.shapes.filter_counts import COUNTED, Narrowing
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store
from store.segments import Group, Rule, What
from tests.aggregator.segment_loop import Loop, Row
from tests.aggregator.segment_site import BASKET, SINCE, UNTIL, Site

MAIL = Rule(what="channel", values=("mail", "search"))
FRANCE = Rule(what="country", values=("FR",))
RETURNING = Rule(what="visitor", values=("returning",))
CLICKED = Group(rules=(Rule(what="clicked", page=BASKET),))
ON_BASKET = Scope(1, (BASKET,), "click", SINCE, UNTIL)
EVERYWHERE = SiteScope(1, SINCE, UNTIL)


def visitors(loop: Loop, page: str, narrowing: Narrowing, without: str, rule: Rule | None, device: str = "") -> int:
    """Those with a view of the page in the period that fits everything but the filter `without`, and `rule` too."""
    rules = [one for one in narrowing.filters if one.what != without] + ([rule] if rule else [])
    tree = Group(rules=tuple(rules), groups=(narrowing.tree,) if narrowing.tree else ())
    wanted = device or ("" if without == "device" else narrowing.device)

    def fits(view: Row) -> bool:
        return (not page or view["page"] == page) and (not wanted or view["device"] == wanted) and loop.fits(tree, view)

    return len({view["visitor"] for view in loop.rows("views", loop.since) if fits(view)})


@pytest.mark.parametrize("scope", [ON_BASKET, EVERYWHERE])
@pytest.mark.parametrize(
    "narrowing",
    [
        Narrowing(),
        Narrowing(device="phone"),
        Narrowing(filters=(MAIL, FRANCE)),
        Narrowing(device="desktop", filters=(MAIL, RETURNING), tree=CLICKED),
    ],
)
def test_each_choice_is_counted_under_all_filters_but_its_own(
    site: Site, scope: Scope | SiteScope, narrowing: Narrowing
) -> None:
    loop, page = Loop(site.tables, SINCE, UNTIL), BASKET if isinstance(scope, Scope) else ""
    found = filter_counts(site.store, replace(scope, device=narrowing.device), narrowing)
    assert found.visitors == visitors(loop, page, narrowing, "", None)
    assert found.everyone == visitors(loop, page, Narrowing(narrowing.device), "", None)
    values: dict[What, tuple[str, ...]] = {
        "device": ("desktop", "phone"),
        "channel": ("mail", "search", "direct"),
        "country": ("FR", "BE", ""),
        "visitor": ("new", "returning"),
    }
    for what, choices in values.items():
        for value in choices:
            own = None if what == "device" else Rule(what=what, values=(value,))
            expected = visitors(loop, page, narrowing, what, own, value if what == "device" else "")
            assert found.by[what].get(value, 0) == expected, (what, value)
    assert found.by["device"][""] == visitors(loop, page, narrowing, "device", None)
    assert set(found.by) == set(COUNTED)


def test_choices_that_the_others_rule_out_stay_with_nobody(site: Site) -> None:
    nobody = Narrowing(tree=Group(rules=(Rule(what="source", values=("nobody",)),)))
    found = filter_counts(site.store, ON_BASKET, nobody)
    assert (found.visitors, found.by["channel"]) == (0, dict.fromkeys(("direct", "mail", "search"), 0))
    assert found.everyone > 0


def test_a_page_without_views_has_no_counts(store: Store) -> None:
    assert filter_counts(store, ON_BASKET, Narrowing()).visitors == 0


def test_many_views_are_estimated_from_some_of_the_visitors(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = filter_counts(site.store, EVERYWHERE, Narrowing())
    monkeypatch.setattr("aggregator.queries.filter_counts.MOST_VIEWS", 20)
    estimated = filter_counts(site.store, EVERYWHERE, Narrowing())
    assert estimated.one_in > 1
    assert estimated.everyone % estimated.one_in == 0
    assert 0 < estimated.everyone < 4 * exact.everyone
