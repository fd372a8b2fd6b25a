"""When the pictures of each page were last taken again by schedule, and how that went (table `retakes`)."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from typing import Any

from store.client import Store


@dataclass(frozen=True)
class LastRetake:
    """The last scheduled retake of a page. `begun`: ms since 1970, 0 = never; `jobs`: those that have not ended.

    `failures`: in a row; `code` and `words` (in English) say why the last one failed. `version` 0: never stored.
    """

    page: str
    begun: int = 0
    jobs: tuple[str, ...] = ()
    failures: int = 0
    code: str = ""
    words: str = ""
    version: int = 0


class Retakes:
    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, site: int) -> dict[str, LastRetake]:
        """Page → its last retake, for the pages of a site that had one."""
        rows = self._store.rows(
            "SELECT page, version, toUnixTimestamp64Milli(begun) AS began, jobs, failures, code, words FROM retakes "
            "WHERE site = {site:UInt32} ORDER BY page, version DESC LIMIT 1 BY page",
            site=site,
        )
        return {row["page"]: _retake(row) for row in rows}

    def write(self, site: int, retake: LastRetake) -> LastRetake | None:
        """Store the version after `retake.version`; None if another process has written it first."""
        version, nonce = retake.version + 1, uuid.uuid4().hex
        row: dict[str, list[Any]] = {
            "site": [site],
            "page": [retake.page],
            "version": [version],
            "nonce": [nonce],
            "begun": [retake.begun],
            "jobs": [list(retake.jobs)],
            "failures": [retake.failures],
            "code": [retake.code],
            "words": [retake.words],
        }
        page = hashlib.sha256(retake.page.encode()).hexdigest()
        self._store.insert("retakes", row, token=f"retake/{site}/{page}/{version}")
        newest = self._store.rows(
            "SELECT nonce FROM retakes WHERE site = {site:UInt32} AND page = {page:String} "
            "ORDER BY version DESC LIMIT 1",
            site=site,
            page=retake.page,
        )
        return replace(retake, version=version) if newest and newest[0]["nonce"] == nonce else None


def _retake(row: dict[str, Any]) -> LastRetake:
    return LastRetake(
        page=row["page"],
        begun=int(row["began"]),
        jobs=tuple(row["jobs"]),
        failures=int(row["failures"]),
        code=str(row["code"]),
        words=row["words"],
        version=int(row["version"]),
    )
