"""Visitors who consented: they are recognised on every day (collector/enrich/visitors.py), the others on one only."""

from __future__ import annotations

NOBODY = 0  # the visitor of events that belong to nobody


def consented_sql(people: str) -> str:
    """The condition that a visitor consented in all the views that `people` selects."""
    return f"visitor GLOBAL IN ({consenting_sql(people)})"


def consenting_sql(people: str) -> str:
    """A query of the visitors who consented in all the views that `people` selects."""
    return f"SELECT visitor FROM views WHERE {people} AND visitor != {NOBODY} GROUP BY visitor HAVING min(consent) = 1"
