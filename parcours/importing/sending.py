"""Sends items in requests of the API's size, retries where that can help, and notes progress after each answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import httpx
import msgspec

from parcours.connection import Api, ApiError, error_of
from parcours.importing.items import Bad, Item, Made
from parcours.importing.progress import ImportProgress, RefusedLines
from parcours.importing.rows import as_line

MAX_ITEMS = 500  # per request; the API accepts 1,000
MAX_BYTES = 900_000  # per request; the API accepts 1 MiB
TRIES = 8  # per request
_RETRIED = (408, 429, 503)  # statuses


class Sending:
    """The import of one file."""

    def __init__(
        self,
        api: Api,
        site: str,
        noted: ImportProgress,
        note: Path,
        refused: RefusedLines,
        pause: Callable[[float], None] = time.sleep,
        source: str = "",
    ) -> None:
        """`source`: what the server calls this import, so that it can be erased; "" for the name of the token."""
        self._given = {"site": site} | ({"source": source} if source else {})
        self._api = api
        self._noted = noted
        self._note = note
        self._refused = refused
        self._pause = pause

    def send(self, items: Iterable[Made], progress: Callable[[int], None] = lambda line: None) -> None:
        """Send everything that is not noted as done. Raises ApiError if the server does not accept it."""
        noted = self._noted
        for chunk in chunks(islice(items, noted.done, None)):
            self._one(chunk)
            progress(chunk[-1].line)
        noted.finished = True
        noted.write(self._note)

    def _one(self, chunk: list[Made]) -> None:
        noted = self._noted
        refused = [_refused(bad.line, "line", bad.message, bad.row) for bad in chunk if isinstance(bad, Bad)]
        items = [item for item in chunk if isinstance(item, Item)]
        if items:
            answer = self._answer(items)
            noted.accepted += answer["accepted"]
            noted.duplicates += answer["duplicates"]
            for no in answer["refused"]:
                item = items[no["line"] - 1]
                refused.append(_refused(item.line, no["code"], no["message"], item.body))
        if refused:
            noted.refused += len(refused)
            noted.refused_bytes = self._refused.add(refused)
        noted.done += len(chunk)
        noted.write(self._note)

    def _answer(self, items: list[Item]) -> dict:  # type: ignore[type-arg]
        lines = b"\n".join(msgspec.json.encode(item.body) for item in items)
        for attempt in range(TRIES):
            try:
                answer = self._api.post_lines(f"/{items[0].kind}", lines, **self._given)
            except httpx.TransportError as error:
                problem: ApiError = ApiError(503, "server_away", f"The server does not answer: {error}.", AGAIN)
                wait = 2.0**attempt / 4
            else:
                if answer.status_code == 200 or (answer.status_code == 400 and "refused" in answer.json()):
                    found: dict = answer.json()  # type: ignore[type-arg]
                    return found
                problem = error_of(answer)
                if answer.status_code in (404, 405) and problem.code != "unknown_site":
                    raise ApiError(
                        404, "no_intake", "This server accepts no events.", "Use a collector: --data FOLDER."
                    )
                if answer.status_code == 401 and attempt:
                    raise ApiError(503, "server_new", "The server was restarted.", AGAIN)
                if answer.status_code not in _RETRIED:
                    raise problem
                wait = float(answer.headers.get("retry-after", 1))
            if attempt < TRIES - 1:
                self._pause(wait)
        raise ApiError(503, problem.code, problem.message, AGAIN)


AGAIN = "Progress is noted: run the same command again to continue from there."


def chunks(items: Iterable[Made]) -> Iterator[list[Made]]:
    """Consecutive items of one kind, few enough for a request; a `Bad` fits in any.

    The items of a view are in one request where they fit: a second one would wait until the first is in the store.
    """
    chunk: list[Made] = []
    kind, view, size, begin = "", "", 0, 0  # of the chunk; the last view in it, and where that begins
    for item in items:
        length = _length(item)
        other = isinstance(item, Item) and kind not in ("", item.kind)
        same_view = isinstance(item, Item) and item.view == view != ""
        if chunk and (other or len(chunk) == MAX_ITEMS or size + length > MAX_BYTES):
            kept = chunk[begin:] if same_view and begin else []
            yield chunk[:begin] if kept else chunk
            chunk, begin, size = kept, 0, sum(map(_length, kept))
            kind = kind if kept else ""
        if isinstance(item, Item):
            kind = item.kind
            begin = begin if same_view else len(chunk)
            view = item.view
        chunk.append(item)
        size += length
    if chunk:
        yield chunk


def _length(item: Made) -> int:
    return len(msgspec.json.encode(item.body)) + 1 if isinstance(item, Item) else 0


def _refused(line: int, code: str, message: str, row: object) -> bytes:
    return msgspec.json.encode({"line": line, "code": code, "message": message, "row": as_line(row)})
