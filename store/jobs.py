"""Requests for pictures as they are stored, so that a restart of the server does not lose them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from store.client import Store
from store.erasure import erase_rows

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
OVER: tuple[JobState, ...] = ("done", "failed", "cancelled")
LOST_MS = 24 * 3_600_000  # after this time, nobody will take it up
ABANDONED_MS = 15 * 60_000  # after this time without a change, another server may take up a job


class StoredRequest(msgspec.Struct, frozen=True):
    """What a picture was requested of. `state` is the key of a state of the page, not its steps, which may change."""

    site: str
    url: str
    widths: tuple[int, ...]
    variant: str = ""
    state: str = ""
    page: str = ""
    asked: float = 0.0  # seconds since 1970


@dataclass(frozen=True)
class StoredJob:
    """A job in one of its states; a change is stored as the next version."""

    id: str
    request: StoredRequest
    state: JobState = "queued"
    attempts: int = 0
    version: int = 0


class JobStore:
    """The jobs in the table `jobs`. `server` names this process across restarts."""

    def __init__(self, store: Store, server: str = "") -> None:
        self._store = store
        self._server = server

    def save(self, job: StoredJob) -> None:
        row: dict[str, list[object]] = {
            "id": [job.id],
            "version": [job.version],
            "state": [job.state],
            "attempts": [job.attempts],
            "server": [self._server],
            "changed": [int(time.time() * 1000)],
            "request": [msgspec.json.encode(job.request).decode()],
        }
        self._store.insert("jobs", row, token=f"job/{job.id}/{job.version}")

    def unfinished(self) -> list[StoredJob]:
        """The jobs of this server that have not ended, and those that another one has abandoned, oldest first."""
        rows = self._store.rows(
            "SELECT id, max(version) AS newest, argMax(state, version) AS last, argMax(attempts, version) AS begun, "
            "argMax(request, version) AS request FROM jobs GROUP BY id HAVING last NOT IN {over:Array(String)} "
            "AND (argMax(server, version) = {server:String} "
            "OR toUnixTimestamp64Milli(argMax(changed, version)) < {abandoned:Int64})",
            over=list(OVER),
            server=self._server,
            abandoned=int(time.time() * 1000) - ABANDONED_MS,
        )
        found = [_job(row) for row in rows]
        return sorted(found, key=lambda job: job.request.asked)

    def erase(self, applies: Callable[[StoredRequest], bool]) -> int:
        """Erase the jobs whose requests `applies` accepts; returns how many."""
        rows = self._store.rows("SELECT id, argMax(request, version) AS request FROM jobs GROUP BY id")
        found = [r["id"] for r in rows if applies(msgspec.json.decode(r["request"], type=StoredRequest))]
        if found:
            erase_rows(self._store, "jobs", "WHERE id IN {ids:Array(String)}", ids=found)
        return len(found)

    def states(self, ids: Sequence[str]) -> dict[str, JobState]:
        """The stored states of these jobs, of any server. Left out: unknown ones, and those that have not ended and
        have not changed for LOST_MS."""
        rows = self._store.rows(
            "SELECT id, argMax(state, version) AS last FROM jobs WHERE id IN {ids:Array(String)} GROUP BY id "
            "HAVING last IN {over:Array(String)} OR toUnixTimestamp64Milli(max(changed)) > {lost:Int64}",
            ids=list(ids),
            over=list(OVER),
            lost=int(time.time() * 1000) - LOST_MS,
        )
        return {row["id"]: row["last"] for row in rows}


def _job(row: dict[str, Any]) -> StoredJob:
    request = msgspec.json.decode(row["request"], type=StoredRequest)
    return StoredJob(row["id"], request, row["last"], row["begun"], row["newest"])
