"""erase, forget, site delete: data is deleted, in the background of the server."""

from __future__ import annotations

from typing import Any

import click

from parcours.commands.options import Settings, answer, as_json, segment, with_data
from parcours.commands.sites import site
from parcours.commands.waiting import WorkState, until_ended
from parcours.connection import Api, connect


@site.command("delete")
@click.argument("name")
@click.confirmation_option(prompt="Delete this site with everything that it stored?")
@as_json
@with_data
def delete(settings: Settings, name: str, as_json: bool) -> None:
    """Delete a site: its definition, visits, pictures, states, experiments and journeys. NAME is its name or number.

    Example: parcours site delete "Lamp shop" --yes
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(name)}")
        asked = api.fetch("DELETE", f"/sites/{segment(found['id'])}", params={"confirm": found["name"]}).json()
        done = _finished(api, asked["id"])
    answer(done, as_json, f"Deleted: {found['name']} (site {found['id']}). {_rows(done)}")


@site.command("sources")
@click.argument("name")
@as_json
@with_data
def sources(settings: Settings, name: str, as_json: bool) -> None:
    """List the imports and tokens whose data a site has stored. NAME is its name or number.

    Example: parcours site sources "Lamp shop"
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(name)}/sources")
    rows = [f"{one['source']}: {one['rows']} rows, {one['since']} to {one['until']}" for one in found["sources"]]
    answer(found, as_json, "\n".join(rows) or "Everything stored came from visitors' browsers.")


@click.command()
@click.argument("site")
@click.option("--page", help="An address, host/path or /path, or a pattern of pages such as /blog/**.")
@click.option("--from", "since", help="First day, YYYY-MM-DD in the site's zone.")
@click.option("--to", "until", help="Last day, included.")
@click.option("--source", help="An import or a token: see `parcours site sources`.")
@click.confirmation_option(prompt="Erase this permanently?")
@as_json
@with_data
def erase(settings: Settings, site: str, as_json: bool, **asked: str | None) -> None:
    """Erase what a site stored: of some pages, of a period, of a source, or of these together.

    Visits, clicks, events and pictures are erased from the database, the journal and the files. What arrives later
    counts again.

    Example: parcours erase "Lamp shop" --page "/test/**" --from 2026-11-01 --to 2026-11-03 --yes
    """
    with connect(settings) as api:
        given = {name: value for name, value in asked.items() if value is not None}
        started = api.post(f"/sites/{segment(site)}/erasures", given)
        done = _finished(api, started["id"])
    answer(done, as_json, f"Erased. {_rows(done)}")


@click.command()
@click.argument("site")
@click.argument("visitor")
@click.confirmation_option(prompt="Erase everything stored about this visitor?")
@as_json
@with_data
def forget(settings: Settings, site: str, visitor: str, as_json: bool) -> None:
    """Erase a visitor: every view, point and contact. VISITOR is the id shown in exports.

    Example: parcours forget "Lamp shop" 9f86d081884c7d65 --yes
    """
    with connect(settings) as api:
        found = api.fetch("DELETE", f"/sites/{segment(site)}/visitors/{segment(visitor)}").json()
    answer(found, as_json, f"Erased: {found['views']} views and {found['points']} points.")


COMMANDS = (erase, forget)


def _rows(done: dict[str, Any]) -> str:
    counted = [f"{n} {table}" for table, n in sorted(done["erased"].items()) if n]
    return f"Rows: {', '.join(counted)}." if counted else "Nothing was stored."


def _finished(api: Api, id: str) -> dict[str, Any]:
    """The erasure once it is done."""
    return until_ended(api, f"/erasures/{id}", _state)


def _state(found: dict[str, Any]) -> WorkState:
    words = found["problem"] or found["step"] or found["state"]
    return WorkState(words, found["done"], found["steps"], found["state"] == "done")
