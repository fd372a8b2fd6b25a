"""Who changed what: read from the versions of definitions, each of which has its author and time.

Versions that no person makes are left out: messages that were sent, links that were opened, the progress of an erasure.
Secrets and hashes are never part of an entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from store.client import Store
from store.erasure import RETENTION, erase_rows

# What everybody who sees a site may know of it, and what only its owners may.
SITE_KINDS = (
    "site", "experiment", "goal", "journey", "state", "group", "declined_groups", "segment", "zone", "note",
    "sign_in", "offsite", "share", "survey", "survey_theme", "saved_map", "report",
)  # fmt: skip
OWNER_KINDS = ("user", "invitation", "erasure", "access_event")
# Of no site: only owners of every site see them.
GENERAL_KINDS = ("token", "token_use", "two_factor", "sign_in_policy", "session")
KINDS = SITE_KINDS + OWNER_KINDS + GENERAL_KINDS
# What no person writes, or what concerns only the person who does.
LEFT_OUT_KINDS = (
    "outbox", "sent", "secret", "spent", "share_use", "offsite_report", "subscription", "alert_levels", "alert",
    "webhook",
)  # fmt: skip
# Of these, only the first version and the deletion are made by somebody.
_BOUNDS = ("two_factor", "session", "erasure", "offsite")
_COUNTED = ("access_event",)  # of these, only the newest version: it has the count of all
_SECRET = ("password", "digest", "sealed", "recovery")
BATCH = 500  # entries whose fields are read at once
KEPT_MONTHS = 13
_OWN_RECORDS = ("session", "access_event", "token_use")  # kept for this list, so erased with it

_OLD = (
    "WHERE kind IN {kinds:Array(String)} AND toUnixTimestamp64Milli(time) < {before:Int64} "
    "AND concat(kind, '/', id, '/', toString(version)) NOT IN {kept:Array(String)}"
)

_VERSIONS = f"""
SELECT kind, id, version, ms, author, gone, first, exists_now,
    if(empty(about), about_before, about) AS sites
FROM (
    SELECT kind, id, version, toUnixTimestamp64Milli(definitions.time) AS ms, author, deleted AS gone,
        json != '{{}}' AS kept,
        multiIf(
            kind = 'site', [id],
            kind IN ('user', 'token'),
                arrayMap(one -> JSONExtractString(one, 'site'), JSONExtractArrayRaw(json, 'sites')),
            JSONExtractString(json, 'site') != '', [JSONExtractString(json, 'site')],
            []
        ) AS about,
        lagInFrame(about, 1, []) OVER earlier AS about_before,
        lagInFrame(deleted, 1, 1) OVER earlier AS first,
        lagInFrame(toDate(definitions.time), 1, toDate(0)) OVER earlier AS day_before,
        max(version) OVER (PARTITION BY kind, id) AS newest,
        argMax(deleted, version) OVER (PARTITION BY kind, id) = 0 AS exists_now
    FROM definitions WHERE kind IN {{kinds:Array(String)}}
    WINDOW earlier AS (PARTITION BY kind, id ORDER BY version)
)
WHERE ms >= {{since:Int64}} AND (kept OR kind = 'site')
    AND (kind NOT IN {_BOUNDS} OR first OR gone)
    AND (kind != 'erasure' OR (NOT startsWith(id, '{RETENTION}') AND NOT gone))
    AND (kind NOT IN {_COUNTED} OR version = newest)
    AND (kind != 'token_use' OR toDate(fromUnixTimestamp64Milli(ms)) != day_before)
    AND (
        {{all:UInt8}}
        OR (kind IN {SITE_KINDS} AND hasAny(sites, {{seen:Array(String)}}))
        OR (kind IN {OWNER_KINDS} AND hasAny(sites, {{owned:Array(String)}}))
    )
    AND ({{site:String}} = '' OR has(sites, {{site:String}}) OR (empty(sites) AND {{all:UInt8}}))
"""
_FILTER = """
WHERE ({author:String} = '*' OR author = {author:String})
    AND (empty({only:Array(String)}) OR kind IN {only:Array(String)})
"""


@dataclass(frozen=True)
class ActivityScope:
    """What somebody may know. `everything`: as an owner of every site; otherwise of the sites `seen`, and of those
    `owned` also who may see them. `site`: of this one (and, with `everything`, of no site) only; "" for all."""

    since: int  # ms since 1970
    everything: bool = False
    seen: Sequence[str] = ()
    owned: Sequence[str] = ()
    site: str = ""


@dataclass(frozen=True)
class ActivityFilter:
    """`author` None: of everybody; `kinds` empty: of every kind."""

    author: str | None = None
    kinds: Sequence[str] = ()


@dataclass(frozen=True)
class ActivityEntry:
    """A version of a definition. `first`: there was none before, or it was deleted. `gone`: it is a deletion.

    `fields`: its values, those before the deletion if it is one; `before`: those of the version before, {} for none.
    `sites`: those that it is about. `changed`: the fields whose values differ from those before; none for a first one.
    `exists`: whether the thing is there today.
    """

    kind: str
    id: str
    version: int
    time: int  # ms since 1970
    author: str
    first: bool
    gone: bool
    sites: tuple[str, ...]
    fields: Mapping[str, Any]
    before: Mapping[str, Any]
    changed: tuple[str, ...] = ()
    exists: bool = True


@dataclass(frozen=True)
class ActivityCount:
    """How many entries there are of an author and a kind."""

    author: str
    kind: str
    entries: int


def count_activity(store: Store, scope: ActivityScope) -> list[ActivityCount]:
    """How many entries somebody may know, by author and kind."""
    rows = store.rows(
        f"SELECT author, kind, count() AS n FROM ({_VERSIONS}) GROUP BY author, kind ORDER BY author, kind",
        **_values(scope),
    )
    return [ActivityCount(row["author"], row["kind"], int(row["n"])) for row in rows]


def read_activity(
    store: Store, scope: ActivityScope, wanted: ActivityFilter, offset: int = 0, most: int = BATCH
) -> list[ActivityEntry]:
    """The newest entries after the first `offset`, at most `most`."""
    rows = store.rows(
        f"SELECT * FROM ({_VERSIONS}) {_FILTER} ORDER BY ms DESC, kind, id, version DESC "
        "LIMIT {most:UInt32} OFFSET {offset:UInt32}",
        author="*" if wanted.author is None else wanted.author,
        only=list(wanted.kinds),
        most=most,
        offset=offset,
        **_values(scope),
    )
    found: dict[tuple[str, str, int], Mapping[str, Any]] = {}
    for at in range(0, len(rows), BATCH):
        found |= _bodies(store, rows[at : at + BATCH])
    return [_entry(row, found) for row in rows]


def erase_old_activity(store: Store, before: int) -> None:
    """Erase what is kept for this list only and was written before a time (ms since 1970): all versions of a record
    that was not written since, and otherwise the early ones."""
    newest = store.rows(
        "SELECT kind, id, max(version) AS version FROM definitions WHERE kind IN {kinds:Array(String)} "
        "GROUP BY kind, id HAVING max(toUnixTimestamp64Milli(definitions.time)) >= {before:Int64}",
        kinds=list(_OWN_RECORDS),
        before=before,
    )
    kept = [f"{row['kind']}/{row['id']}/{row['version']}" for row in newest]
    asked: dict[str, object] = {"kinds": list(_OWN_RECORDS), "before": before, "kept": kept}
    if store.rows(f"SELECT 1 FROM definitions {_OLD} LIMIT 1", **asked):  # erasing rewrites files
        erase_rows(store, "definitions", _OLD, **asked)


def _values(scope: ActivityScope) -> dict[str, Any]:
    return {
        "kinds": list(KINDS),
        "since": scope.since,
        "all": int(scope.everything),
        "seen": list(scope.seen),
        "owned": list(scope.owned),
        "site": scope.site,
    }


def _bodies(store: Store, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, int], Mapping[str, Any]]:
    """The values of these versions and of those before them."""
    wanted = {f"{row['kind']}/{row['id']}/{row['version'] - back}" for row in rows for back in (0, 1)}
    found = store.rows(
        "SELECT kind, id, version, json FROM definitions WHERE kind IN {kinds:Array(String)} "
        "AND id IN {ids:Array(String)} AND concat(kind, '/', id, '/', toString(version)) IN {wanted:Array(String)}",
        kinds=sorted({row["kind"] for row in rows}),
        ids=sorted({row["id"] for row in rows}),
        wanted=sorted(wanted),
    )
    return {(row["kind"], row["id"], row["version"]): _plain(row["json"]) for row in found}


def _entry(row: Mapping[str, Any], found: Mapping[tuple[str, str, int], Mapping[str, Any]]) -> ActivityEntry:
    kind, id, version = row["kind"], row["id"], row["version"]
    fields, before = found.get((kind, id, version), {}), found.get((kind, id, version - 1), {})
    first, gone = bool(row["first"]) and not row["gone"], bool(row["gone"])
    return ActivityEntry(
        kind=kind,
        id=id,
        version=version,
        time=int(row["ms"]),
        author=row["author"],
        first=first,
        gone=gone,
        sites=tuple(row["sites"]),
        fields=_shown(fields),
        before=_shown(before),
        changed=() if first or gone else _differing(before, fields),
        exists=bool(row["exists_now"]),
    )


def _shown(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields without secrets."""
    return {name: value for name, value in fields.items() if name not in _SECRET}


def _differing(before: Mapping[str, Any], fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the fields that differ; none where the version before was erased."""
    names = {**before, **fields} if before else {}
    return tuple(name for name in names if before.get(name) != fields.get(name) and name != "version")


def _plain(text: str) -> Mapping[str, Any]:
    try:
        plain = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return {}
    return plain if isinstance(plain, dict) else {}
