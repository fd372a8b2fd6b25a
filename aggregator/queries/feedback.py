"""What is stored of a survey."""

from __future__ import annotations

from aggregator.queries.conditions import where_site
from aggregator.shapes.feedback import StoredAnswer, StoredAsking
from aggregator.shapes.scope import SiteScope
from store.client import Store

MOST_ROWS = 500_000  # of one survey in a period: more are cut, the oldest first
_MS = "toUnixTimestamp64Milli(time)"


def read_askings(store: Store, scope: SiteScope, survey: str) -> list[StoredAsking]:
    """The askings of a survey, of people in the scope, the newest first. State 0: its states were lost."""
    condition, params = where_site(scope)
    of_survey = f"{condition} AND survey = {{survey:String}}"
    rows = store.rows(
        "SELECT asking, any(view) AS of_view, any(visitor) AS who, max(ms) AS at, min(ms) AS from_ms, "
        "argMaxIf(state, step, question = '') AS last_state, argMax(version, step) AS of_version, "
        "any(device) AS device, "
        "any(channel) AS channel, any(page) AS page, any(language) AS language, any(variants) AS variants FROM ("
        f"SELECT asking, view, visitor, {_MS} AS ms, state, step, question, version, toString(device) AS device, "
        "toString(channel) AS channel, toString(page) AS page, toString(language) AS language, variants "
        f"FROM feedback WHERE {of_survey}) GROUP BY asking ORDER BY at DESC, asking LIMIT {MOST_ROWS}",
        **params,
        survey=survey,
    )
    began = _begins(store, scope, survey)
    return [
        StoredAsking(
            asking=int(row["asking"]),
            view=int(row["of_view"]),
            visitor=int(row["who"]),
            time=int(row["at"]),
            state=int(row["last_state"]),
            version=int(row["of_version"]),
            device=row["device"],
            channel=row["channel"],
            page=row["page"],
            language=row["language"],
            variants=dict(row["variants"]),
            seen_ms=max(0, int(row["from_ms"]) - began[int(row["of_view"])]) if int(row["of_view"]) in began else None,
        )
        for row in rows
    ]


def read_answers(store: Store, scope: SiteScope, survey: str) -> list[StoredAnswer]:
    """The last answer of each asking to each question, of people in the scope, the newest first."""
    condition, params = where_site(scope)
    rows = store.rows(
        f"SELECT asking, toString(question) AS of_question, {_MS} AS ms, version, score, options, words, key, record "
        f"FROM feedback WHERE {condition} AND survey = {{survey:String}} AND question != '' "
        f"ORDER BY step DESC LIMIT 1 BY asking, question LIMIT {MOST_ROWS}",
        **params,
        survey=survey,
    )
    found = [
        StoredAnswer(
            asking=int(row["asking"]),
            question=row["of_question"],
            time=int(row["ms"]),
            version=int(row["version"]),
            score=None if row["score"] is None else int(row["score"]),
            options=tuple(row["options"]),
            words=row["words"],
            key=int(row["key"]),
            record=int(row["record"]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.time, one.asking))


def read_views(store: Store, scope: SiteScope, survey: str) -> set[int]:
    """The views of the scope in which the survey was due."""
    condition, params = where_site(scope)
    sql = f"SELECT DISTINCT view FROM feedback WHERE {condition} AND survey = {{survey:String}}"
    return {int(row["view"]) for row in store.rows(sql, **params, survey=survey)}


def _begins(store: Store, scope: SiteScope, survey: str) -> dict[int, int]:
    """View → when it began, ms since 1970."""
    condition, params = where_site(scope)
    rows = store.rows(
        f"SELECT view, min({_MS}) AS ms FROM views WHERE site = {{site:UInt32}} AND view GLOBAL IN ("
        f"SELECT view FROM feedback WHERE {condition} AND survey = {{survey:String}}) GROUP BY view",
        **params,
        survey=survey,
    )
    return {int(row["view"]): int(row["ms"]) for row in rows}
