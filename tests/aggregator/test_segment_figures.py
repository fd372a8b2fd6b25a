"""What fits a segment and its rules: each figure against a plain loop over the views."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from aggregator.answers.segment import looks_back, rules_by_path, segment_figures, up_to
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.segment_figures import Fitting
from store.segments import Group, Rule
from tests.aggregator.segment_site import LAMPS, RULES, SINCE, UNTIL, Site, trees

SCOPE = SiteScope(1, SINCE, UNTIL)
MAIL, LOYAL = Rule(what="channel", values=("mail",)), Rule(what="visits", scope="visitor", least=2)
PHONE, CLICKED = Rule(what="device", scope="view", values=("phone",)), Rule(what="clicked", page="/lamps")


def counted(site: Site, views: Iterable[int], device: str = "", page: str = "") -> Fitting:
    """Visitors, visits and views of some views, by a loop."""
    loop = site.loop
    wanted = set(views)
    rows = [row for row in loop.people("views") if row["view"] in wanted]
    rows = [row for row in rows if device in ("", row["device"]) and page in ("", row["page"])]
    visits = {loop.visit_of(row)[0]["view"] for row in rows}
    return Fitting(len({row["visitor"] for row in rows}), len(visits), len(rows))


def fitting(site: Site, tree: Group, **of: Any) -> Fitting:
    return counted(site, site.loop.selected(tree), **of)


@settings(max_examples=15)
@given(trees(1))
def test_each_figure_of_a_tree_is_that_of_a_loop(site: Site, tree: Group) -> None:
    found = segment_figures(site.store, SCOPE, tree)
    assert found.total == fitting(site, Group())
    assert found.fits == fitting(site, tree)
    for figures, (path, rule) in zip(found.rules, rules_by_path(tree), strict=True):
        assert figures.path == path
        assert figures.alone == fitting(site, Group(rules=(rule,)))
        assert figures.so_far == fitting(site, up_to(tree, path) or Group())


def test_the_question_limits_what_is_counted_but_not_what_the_rules_look_at(site: Site) -> None:
    tree = Group(rules=(MAIL, LOYAL))
    of_device = segment_figures(site.store, replace(SCOPE, device="phone"), tree)
    assert of_device.fits == fitting(site, tree, device="phone")
    of_page = segment_figures(site.store, Scope(1, ("/lamps",), "click", SINCE, UNTIL), tree)
    assert of_page.total == fitting(site, Group(), page=LAMPS)
    assert of_page.fits == fitting(site, tree, page=LAMPS)


def test_only_rules_that_look_back_more_than_a_day_say_whom_they_see(site: Site) -> None:
    found = segment_figures(site.store, SCOPE, Group(rules=(MAIL, LOYAL)))
    remembered = {row["visitor"] for row in site.loop.rows("views", SINCE) if row["consent"]}
    assert 0 < found.remembered == len(remembered) < found.total.visitors
    assert [one.sees for one in found.rules] == [None, found.remembered]


def test_rules_look_back_by_their_days() -> None:
    assert not looks_back(LOYAL, 1)
    assert looks_back(Rule(what="visits", scope="visitor", days=7, least=2), 1)
    assert looks_back(Rule(what="visitor", values=("new",)), 1)
    assert not looks_back(CLICKED, 28)


def test_a_tree_up_to_a_rule_has_what_comes_before_it() -> None:
    either = Group(match="any", rules=(PHONE, CLICKED))
    tree = Group(rules=(MAIL,), groups=(either, Group(match="none", rules=(LOYAL,))))
    assert [path for path, _ in rules_by_path(tree)] == [
        "rules.0", "groups.0.rules.0", "groups.0.rules.1", "groups.1.rules.0",
    ]  # fmt: skip
    assert up_to(tree, "rules.0") == Group(rules=(MAIL,))
    assert up_to(tree, "groups.0.rules.0") == Group(rules=(MAIL,), groups=(Group(match="any", rules=(PHONE,)),))
    assert up_to(tree, "groups.1.rules.0") == tree


def test_sixty_rules_are_counted(site: Site) -> None:
    rules = tuple(RULES[:60])
    found = segment_figures(site.store, SCOPE, Group(match="any", rules=rules))
    assert len(found.rules) == 60
    assert found.rules[-1].so_far == found.fits
