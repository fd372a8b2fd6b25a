"""Sends simulated visitors to Parcours: their views as an import does, what happened elsewhere as an off-site file.

The pages and docs say that these visitors are simulated. Each is identified, as with consent, so that it counts as a
separate visitor and is recognised when it comes back.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote

import msgspec

from collector.wire import encode
from parcours.commands.waiting import polled
from parcours.connection import Api, ApiError
from parcours.demo.habits import read_habits
from parcours.demo.lives import Contact, Life, LifeSimulator
from parcours.demo.scenario import SEED, Dates
from parcours.demo.simulated_visits import PageLayouts, VisitSimulator
from parcours.importing.items import Item
from parcours.importing.progress import ImportProgress, RefusedLines
from parcours.importing.sending import Sending
from store.zones import UTC_ZONE

VIEWS, CONTACTS = "simulated-views", "away-from-the-site.csv"
COLUMNS = ("ts", "key", "type", "value", "label")


class SimulationRefused(Exception):
    """The server rejected what was simulated; the message says why."""


@dataclass(frozen=True)
class Crowd:
    """Who is simulated: numbered visitors of the shop, up to a moment. The same crowd has the same lives."""

    shop: str  # its address, without a trailing slash
    layouts: PageLayouts
    visitors: int
    now: int  # ms since 1970

    def lives(self) -> Iterator[Life]:
        """Each visitor has a source of chance for itself: the same whoever else is simulated."""
        habits, dates = read_habits(), Dates.of(self.now)
        for number in range(self.visitors):
            random = Random(f"{SEED} {number}")
            simulator = VisitSimulator(self.shop, habits, self.layouts, dates, random)
            yield LifeSimulator(simulator, dates, random).live(number)


def simulate(api: Api, site: str, crowd: Crowd, folder: Path, progress: Callable[[int], None]) -> int:
    """Send the lives of a crowd to the site; returns the number of views and contacts accepted.

    `folder` keeps the notes of what was sent, and the file of contacts; `progress` gets the number of visitors sent.
    Raises SimulationRefused.
    """
    contacts: list[Contact] = []
    sent = _send(api, site, folder / VIEWS, _views(crowd, contacts), progress)
    file = folder / CONTACTS
    write_contacts(file, contacts)
    return sent + _send_contacts(api, f"/sites/{quote(site)}/offsite", file)


def _send_contacts(api: Api, path: str, file: Path) -> int:
    """Send the shop's own file; the number of its rows that were stored, 0 if it was sent before."""
    try:
        batch = api.send_file(path, file, file=file.name)
        if batch["state"] == "reading":
            *_, batch = polled(api, f"{path}/{batch['id']}", lambda found: found["state"] != "reading")
    except ApiError as error:
        if error.code == "same_file":
            return 0
        raise SimulationRefused(f"{file.name} was refused: {error}") from None
    lines: dict[str, int] = batch["lines"]
    if batch["state"] != "stored" or lines["rejected"]:
        raise SimulationRefused(f"{file.name} was not stored: {batch['problem'] or batch['rejected'][:1]}")
    return lines["stored"]


def _views(crowd: Crowd, contacts: list[Contact]) -> Iterator[Item]:
    """A line for each view, which has the number of its visitor; `contacts` receives what happened elsewhere."""
    for number, life in enumerate(crowd.lives(), 1):
        contacts += life.contacts
        for batch in life.batches:
            body = {"agent": life.visitor.user_agent, "batch": msgspec.Raw(encode(batch))}
            yield Item(number, "batches", body)


def _send(api: Api, site: str, file: Path, items: Iterator[Item], progress: Callable[[int], None]) -> int:
    """Send the items of a file, as far as an earlier run did not."""
    note, refused = (file.with_name(f"{file.name}.{end}") for end in ("import.json", "refused.ndjson"))
    done = ImportProgress.read(note, {"file": file.name, "site": site})
    try:
        Sending(api, site, done, note, RefusedLines(refused, done.refused_bytes), source=file.name).send(
            items, progress
        )
    except ApiError as error:
        raise SimulationRefused(f"Simulated visits were refused: {error}") from None
    if done.refused:
        first = refused.read_text().partition("\n")[0]
        raise SimulationRefused(f"{done.refused} lines of {file.name} were refused, the first one: {first[:300]}")
    return done.accepted


def write_contacts(file: Path, contacts: list[Contact]) -> None:
    """The shop's own file: parcels, calls, returns and visits to its shop, by time."""
    with file.open("w", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(COLUMNS)
        for one in sorted(contacts, key=lambda one: (one.time, one.key)):
            value = "" if one.value is None else f"{one.value:.2f}"
            rows.writerow([UTC_ZONE.iso(one.time), one.key, one.name, value, one.touchpoint])
