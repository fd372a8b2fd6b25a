"""Segments: each rule against a plain loop over the views."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.answers.traffic import devices_of
from aggregator.queries.exposure import read_exposed
from aggregator.shapes.scope import Scope, SiteScope
from rules.segment import parse_tree
from store.client import Store
from store.segments import Group
from tests.aggregator.build import DAY, NOON, PAGE, insert

MINUTE = 60_000
HOME = "shop.example/"


def tree(*rules: dict[str, object], match: str = "all") -> Group:
    made = parse_tree({"match": match, "rules": list(rules)})
    assert isinstance(made, Group), made
    return made


def visitors(store: Store, segment: Group) -> int:
    scope = Scope(1, (PAGE,), "click", DAY - timedelta(days=1), DAY, segment=segment)
    return read_exposed(store, scope, (PAGE,), 1000).visitors


def fill(store: Store) -> None:
    """1 came by mail to the home page and went on; 2 likewise, but came back an hour later; 3 came directly."""
    mail = {"channel": "mail", "source": "newsletter", "page": HOME}
    insert(store, "views", [
        {"visitor": 1, "view": 10, "time": NOON, **mail},
        {"visitor": 1, "view": 11, "time": NOON + 5 * MINUTE, "device": "phone"},
        {"visitor": 2, "view": 20, "time": NOON, **mail},
        {"visitor": 2, "view": 21, "time": NOON + 60 * MINUTE},
        {"visitor": 3, "view": 30, "time": NOON},
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"what": "channel", "values": ["mail"]}, 1),
        ({"what": "channel", "scope": "view", "values": ["mail"]}, 0),
        ({"what": "channel", "scope": "visitor", "values": ["mail"]}, 2),
        ({"what": "channel", "how": "is_not", "values": ["mail"]}, 2),
        ({"what": "source", "how": "contains", "values": ["LETTER"]}, 1),
        ({"what": "landing", "values": [HOME]}, 1),
        ({"what": "landing", "values": ["/lamps"]}, 2),
        ({"what": "exit", "values": ["/lamps", HOME]}, 3),
        ({"what": "device", "scope": "view", "values": ["phone"]}, 1),
        ({"what": "saw", "values": [HOME]}, 1),
        ({"what": "saw", "scope": "visitor", "values": [HOME]}, 2),
        ({"what": "hour", "values": ["12"]}, 2),
        ({"what": "weekday", "values": ["1"]}, 3),
        ({"what": "weekday", "values": ["2"]}, 0),
        ({"what": "viewport", "values": ["900-1100"]}, 3),
        ({"what": "viewport", "values": ["1001-"]}, 0),
    ],
)
def test_a_rule_selects_visits(store: Store, rule: dict[str, object], expected: int) -> None:
    fill(store)
    assert visitors(store, tree(rule)) == expected
    assert visitors(store, tree(rule, match="none")) >= 3 - expected


def test_groups_join_rules(store: Store) -> None:
    fill(store)
    phone, mail = ({"what": "device", "scope": "view", "values": ["phone"]}, {"what": "channel", "values": ["mail"]})
    assert visitors(store, tree(phone, mail)) == 1
    assert visitors(store, tree({"what": "hour", "values": ["13"]}, mail, match="any")) == 2
    assert visitors(store, tree(phone, mail, match="none")) == 2
    assert visitors(store, Group()) == 3


def test_figures_of_a_site_are_filtered_too(store: Store) -> None:
    fill(store)
    assert devices_of(store, SiteScope(1, DAY, DAY), (PAGE,)) == {"desktop": 2, "phone": 1}
