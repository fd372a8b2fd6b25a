"""Items in requests of the API's size, tried again while that makes sense, noted when they are answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import httpx
import msgspec

from parcours.connection import Api, ApiError, error_of
from parcours.importing.items import Bad, Item, Made
from parcours.importing.rows import shown
from parcours.importing.state import RefusedLines, State

MOST_ITEMS = 500  # of one request; the API takes 1,000
MOST_BYTES = 900_000  # the API takes 1 MiB
TRIES = 8  # of one request, for what is worth another try
_WORTH = (408, 429, 503)


class Sending:
    """One import on its way."""

    def __init__(
        self,
        api: Api,
        site: str,
        state: State,
        state_path: Path,
        refused: RefusedLines,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._api = api
        self._site = site
        self._state = state
        self._state_path = state_path
        self._refused = refused
        self._pause = pause

    def send(self, items: Iterable[Made], progress: Callable[[int], None] = lambda line: None) -> None:
        """All that the state does not know as done. ApiError when the server does not take them."""
        state = self._state
        for chunk in chunks(islice(items, state.done, None)):
            self._one(chunk)
            progress(chunk[-1].line)
        state.finished = True
        state.write(self._state_path)

    def _one(self, chunk: list[Made]) -> None:
        state = self._state
        refused = [_refused(bad.line, "line", bad.message, bad.row) for bad in chunk if isinstance(bad, Bad)]
        items = [item for item in chunk if isinstance(item, Item)]
        if items:
            answer = self._answer(items)
            state.accepted += answer["accepted"]
            state.duplicates += answer["duplicates"]
            for no in answer["refused"]:
                item = items[no["line"] - 1]
                refused.append(_refused(item.line, no["code"], no["message"], item.body))
        if refused:
            state.refused += len(refused)
            state.refused_bytes = self._refused.add(refused)
        state.done += len(chunk)
        state.write(self._state_path)

    def _answer(self, items: list[Item]) -> dict:  # type: ignore[type-arg]
        lines = b"\n".join(msgspec.json.encode(item.body) for item in items)
        for attempt in range(TRIES):
            try:
                answer = self._api.post_lines(f"/{items[0].kind}", lines, site=self._site)
            except httpx.TransportError as error:
                gone: ApiError = ApiError(503, "server_away", f"The server does not answer: {error}.", AGAIN)
                wait = 2.0**attempt / 4
            else:
                if answer.status_code == 200 or (answer.status_code == 400 and "refused" in answer.json()):
                    found: dict = answer.json()  # type: ignore[type-arg]
                    return found
                gone = error_of(answer)
                if answer.status_code in (404, 405) and gone.code != "unknown_site":
                    raise ApiError(404, "no_intake", "This server takes no events.", "Ask a collector: --data FOLDER.")
                if answer.status_code == 401 and attempt:
                    raise ApiError(503, "server_new", "The server was stopped and started anew.", AGAIN)
                if answer.status_code not in _WORTH:
                    raise gone
                wait = float(answer.headers.get("retry-after", 1))
            if attempt < TRIES - 1:
                self._pause(wait)
        raise ApiError(503, gone.code, gone.message, AGAIN)


AGAIN = "What was taken is noted: run the same command again and it goes on from there."


def chunks(items: Iterable[Made]) -> Iterator[list[Made]]:
    """Runs of one kind, small enough for a request; a `Bad` goes with any."""
    chunk: list[Made] = []
    kind, size = "", 0
    for item in items:
        length = len(msgspec.json.encode(item.body)) + 1 if isinstance(item, Item) else 0
        other = isinstance(item, Item) and kind not in ("", item.kind)
        if chunk and (other or len(chunk) == MOST_ITEMS or size + length > MOST_BYTES):
            yield chunk
            chunk, kind, size = [], "", 0
        chunk.append(item)
        size += length
        kind = item.kind if isinstance(item, Item) else kind
    if chunk:
        yield chunk


def _refused(line: int, code: str, message: str, row: object) -> bytes:
    return msgspec.json.encode({"line": line, "code": code, "message": message, "row": shown(row)})
