"""define: what is compared, measured and counted, from files."""

from __future__ import annotations

import json
from typing import IO, Any

import click

from parcours.commands.options import Settings, answer, as_json, segment, with_data
from parcours.connection import ApiError, connect

NOUNS = {
    "experiment": "experiments",
    "goal": "goals",
    "group": "groups",
    "journey": "journeys",
    "segment": "segments",
    "state": "states",
    "zone": "zones",
}
KEYED = ("state", "group")  # kinds that are found by their key


@click.command()
@click.argument("kind", type=click.Choice(tuple(NOUNS)))
@click.argument("site")
@click.option("--from", "file", type=click.File("rb"), required=True, help="A JSON file with its fields; - for stdin.")
@as_json
@with_data
def define(settings: Settings, kind: str, site: str, file: IO[bytes], as_json: bool) -> None:
    """Create or replace an experiment, a goal, a group of pages, a journey, a segment, a state or a zone from a JSON
    file.

    What has the same id (a state or group: key), else the same name, is replaced. The fields are those of
    the JSON API (docs/api.md). A journey's file can also be one that `parcours journey` wrote, here or elsewhere:
    references to segments, goals and experiments that the site does not have are left out and listed.

    Example: parcours define experiment "Lamp shop" --from button.json
    """
    try:
        fields = json.load(file)
    except ValueError as error:
        raise click.BadParameter(f"{file.name} is not JSON: {error}", param_hint="--from") from None
    fields = _inner(kind, fields)
    with connect(settings) as api:
        root = f"/sites/{segment(site)}/{NOUNS[kind]}"
        made = _replace(api, root, kind, fields) or _create(api, root, kind, fields)
    answer(made, as_json, f"{kind.capitalize()} {made.get('id', made.get('key'))}, version {made['version']}.")


def _replace(api: Any, root: str, kind: str, fields: object) -> Any:
    """The one that was replaced; None when there is none of this id or name."""
    name = _named(kind, fields)
    if not name:
        return None
    try:
        return api.put(f"{root}/{segment(name)}", _own_fields(kind, fields))
    except ApiError as error:
        if error.code == f"no_{kind}":
            return None
        raise


def _create(api: Any, root: str, kind: str, fields: object) -> Any:
    if not _is_exported(kind, fields):
        return api.post(root, fields)
    found = api.post(f"{root}-from-file", fields)
    for one in found["left_out"]:
        click.echo(f"Left out {one['field']}: this site has no {one['kind']} {one['id']!r}.", err=True)
    return found["journey"]


def _is_exported(kind: str, fields: object) -> bool:
    """Whether it is a journey as a server answers it: with the site that it is of."""
    return kind == "journey" and isinstance(fields, dict) and "site" in fields


def _own_fields(kind: str, fields: object) -> object:
    """A journey without the id, site and version of where it was exported."""
    if not isinstance(fields, dict) or not _is_exported(kind, fields):
        return fields
    return {name: value for name, value in fields.items() if name not in ("id", "site", "version")}


def _inner(kind: str, fields: object) -> object:
    """The journey of a measured map (`parcours journey`); any other file as it is."""
    if kind != "journey" or not isinstance(fields, dict):
        return fields
    inner = fields.get("journey")
    return inner if "stages" in fields and isinstance(inner, dict) else fields


def _named(kind: str, fields: object) -> str:
    if not isinstance(fields, dict):
        return ""
    given = [fields.get(name) for name in ("key" if kind in KEYED else "id", "name")]
    return next((text.strip() for text in given if isinstance(text, str) and text.strip()), "")


COMMANDS = (define,)
