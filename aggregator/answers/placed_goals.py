"""Goals on elements, as the pictures of their pages have them: a click on what a button contains counts for it too."""

from __future__ import annotations

from msgspec.structs import asdict, replace

from aggregator.answers.placed_elements import WantedElement, placed_element
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store
from store.resolved_rules import ResolvedAction, kind_of
from store.segments import Goal
from store.snapshots import Snapshots


def placed_goal(store: Store, snapshots: Snapshots, scope: Scope | SiteScope, goal: Goal) -> Goal:
    """The goal for the days of a scope. Without an element, or without its page, it stays as it is."""
    action = goal.action
    if not action.element or not action.page:
        return goal
    resolved = ResolvedAction(**asdict(action), pages=((action.page,),))
    wanted = WantedElement(action.page, (action.page,), action.element, kind_of(resolved))
    days = Scope(scope.site, (action.page,), "click", scope.since, scope.until, zone=scope.zone)
    return replace(goal, action=replace(resolved, placed=placed_element(store, snapshots, days, wanted)))
