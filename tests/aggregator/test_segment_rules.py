"""Every rule of a segment selects the views that a plain loop over the rows selects, alone and mixed in trees."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.queries.conditions import where, where_site
from aggregator.shapes.scope import Scope, SiteScope
from store.segments import Group, Rule
from store.zones import Zone
from tests.aggregator.segment_loop import Loop
from tests.aggregator.segment_site import PAGES, RULES, SINCE, UNTIL, Site, trees


def selected(site: Site, tree: Group) -> set[int]:
    condition, params = where_site(SiteScope(1, SINCE, UNTIL, segment=tree))
    return set(site.store.columns(f"SELECT view FROM views FINAL WHERE {condition}", **params)["view"].tolist())


def expected(site: Site, tree: Group) -> set[int]:
    return site.loop.selected(tree)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.scope} {rule.what} {RULES.index(rule)}")
def test_a_rule_selects_what_a_loop_over_the_rows_selects(site: Site, rule: Rule) -> None:
    tree = Group(rules=(rule,))
    assert selected(site, tree) == expected(site, tree)


@settings(max_examples=40)
@given(trees())
def test_a_tree_selects_what_a_loop_over_the_rows_selects(site: Site, tree: Group) -> None:
    assert selected(site, tree) == expected(site, tree)


@settings(max_examples=25)
@given(trees(1), st.sampled_from(PAGES))
def test_a_question_about_one_page_selects_the_same_of_its_views(site: Site, tree: Group, page: str) -> None:
    w = where(Scope(1, (page,), "click", SINCE, UNTIL, segment=tree), (page,))
    found = site.store.columns(f"SELECT view FROM views FINAL WHERE {w.sql}", **w.params)["view"].tolist()
    of_page = {row["view"] for row in site.tables["views"] if row["page"] == page}
    assert set(found) == expected(site, tree) & of_page


def test_the_rules_divide_the_visitors_of_the_site(site: Site) -> None:
    """The rows are such that nearly every rule selects some views and leaves others out."""
    everyone = expected(site, Group())
    telling = [rule for rule in RULES if 0 < len(expected(site, Group(rules=(rule,)))) < len(everyone)]
    assert len(everyone) > 50
    assert len(telling) > 0.85 * len(RULES)


ZONE = "Pacific/Auckland"
OF_TIME = [rule for rule in RULES if rule.what in ("hour", "weekday", "last_seen", "quiet", "visitor") or rule.days]


@pytest.mark.parametrize("rule", OF_TIME, ids=lambda rule: f"{rule.scope} {rule.what} {RULES.index(rule)}")
def test_days_and_hours_are_those_of_the_zone(site: Site, rule: Rule) -> None:
    tree = Group(rules=(rule,))
    condition, params = where_site(SiteScope(1, SINCE, UNTIL, zone=Zone(ZONE), segment=tree))
    found = site.store.columns(f"SELECT view FROM views FINAL WHERE {condition}", **params)["view"].tolist()
    assert set(found) == Loop(site.tables, SINCE, UNTIL, ZoneInfo(ZONE)).selected(tree)
