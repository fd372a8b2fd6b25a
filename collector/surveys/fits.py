"""Whether a request fits the rules of a survey's segment: those that are known before anything is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from store.segments import Group, Rule

Facts = Mapping[str, str]  # device, browser, os, country, language


def fits(tree: Group, facts: Facts, now: datetime) -> bool:
    """Whether the rules hold; `now` in the zone of the site. A rule on anything that is not known holds for nobody."""
    results = [_holds(rule, facts, now) for rule in tree.rules] + [fits(one, facts, now) for one in tree.groups]
    if not results:
        return True
    if tree.match == "none":
        return not any(results)
    return all(results) if tree.match == "all" else any(results)


def _holds(rule: Rule, facts: Facts, now: datetime) -> bool:
    is_wanted = rule.how in ("is", "contains")
    known = {**facts, "weekday": str(now.isoweekday()), "hour": str(now.hour)}
    if rule.what not in known:
        return False
    value = known[rule.what]
    if rule.how in ("contains", "contains_not"):
        found = any(one.lower() in value.lower() for one in rule.values)
    else:
        found = value in rule.values
    return found is is_wanted
