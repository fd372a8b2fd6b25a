"""offsite: files of what happened elsewhere, and their batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from parcours.commands.importing import PARTLY
from parcours.commands.options import Settings, answer, as_json, segment, with_data
from parcours.commands.waiting import WorkState, until_ended
from parcours.connection import connect
from rules.offsite_text import ENCODINGS


@click.group()
def offsite() -> None:
    """Off-site files: calls, visits to a shop and the like, as CSV (docs/offsite-files.md).

    Example: parcours offsite send "Lamp shop" calls.csv
    """


@offsite.command("send")
@click.argument("site")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--encoding", type=click.Choice(ENCODINGS), help="If it is neither UTF-8 nor marked as UTF-16.")
@as_json
@with_data
def send(settings: Settings, site: str, files: tuple[Path, ...], encoding: str | None, as_json: bool) -> None:
    """Store the lines of CSV files with the columns ts;key;type;value;label, each file as a batch.

    Exit codes: 0 every line was stored, 3 a file was rejected or sent before, 5 some lines were rejected.

    Example: parcours offsite send "Lamp shop" calls.csv shop-visits.csv
    """
    with connect(settings) as api:
        path = f"/sites/{segment(site)}/offsite"
        done = []
        for file in files:
            sent = api.send_file(path, file, file=file.name, encoding=encoding)
            done.append(until_ended(api, f"{path}/{sent['id']}", _state))
    answer(done, as_json, "\n".join(map(_words, done)))
    if any(one["state"] != "stored" or one["lines"]["rejected"] for one in done):
        raise click.exceptions.Exit(PARTLY)


@offsite.command("list")
@click.argument("site")
@as_json
@with_data
def list_(settings: Settings, site: str, as_json: bool) -> None:
    """List the files that were sent, the newest first.

    Example: parcours offsite list "Lamp shop"
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(site)}/offsite")
    answer(found, as_json, "\n".join(map(_words, found["batches"])) or "No file was sent.")


@offsite.command("report")
@click.argument("site")
@click.argument("batch")
@with_data
def report(settings: Settings, site: str, batch: str) -> None:
    """Print the rejected lines of a file as CSV. BATCH is its id in the list.

    Example: parcours offsite report "Lamp shop" 0a1b2c3d4e5f-1
    """
    with connect(settings) as api:
        found = api.fetch("GET", f"/sites/{segment(site)}/offsite/{segment(batch)}/report.csv")
    click.echo(found.text, nl=False)


@offsite.command("withdraw")
@click.argument("site")
@click.argument("batch")
@click.confirmation_option(prompt="Erase the rows of this file?")
@as_json
@with_data
def withdraw(settings: Settings, site: str, batch: str, as_json: bool) -> None:
    """Erase the rows of a file. It stays in the list, as withdrawn. BATCH is its id there.

    Example: parcours offsite withdraw "Lamp shop" 0a1b2c3d4e5f-1 --yes
    """
    with connect(settings) as api:
        done = api.delete(f"/sites/{segment(site)}/offsite/{segment(batch)}")
    answer(done, as_json, _words(done))


COMMANDS = (offsite,)


def _state(found: dict[str, Any]) -> WorkState:
    progress = found["progress"]
    return WorkState(f"reading {found['name']}", progress["done"], progress["of"], found["state"] != "reading")


def _words(batch: dict[str, Any]) -> str:
    lines, keys = batch["lines"], batch["keys"]
    words = f"{batch['id']} {batch['name']}: {batch['state']}, {lines['stored']} of {lines['lines']} lines stored, "
    words += f"{lines['rejected']} rejected, {lines['blank']} empty, {lines['header']} with names"
    if keys["all"]:
        words += f"; {keys['known']} of {keys['all']} keys known on the web"
    return words + (f". {batch['problem']}" if batch["problem"] else "")
