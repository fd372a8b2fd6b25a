"""Options shared by several commands, and how answers are printed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from parcours.connection import ApiError
from parcours.data_folder import create, is_new
from parcours.server_note import running_server
from parcours.settings import Settings, read_settings

Command = Callable[..., Any]

as_json = click.option("--json", "as_json", is_flag=True, help="Print the answer of the API.")

with_role = click.option("--role", default="viewer", show_default=True, help="owner, editor or viewer.")
with_site = click.option("--site", default="", help="The site that it is about, by name or id [default: every site].")


def role_fields(role: str, site: str) -> dict[str, Any]:
    """The fields of a role on one site, or on every site ("")."""
    return {"sites": {site: role}} if site else {"role": role}


def with_data(command: Command) -> Command:
    """Add `--data DIR`; the command receives `settings`."""

    @click.option("--data", type=click.Path(path_type=Path), help="Data folder [default: PARCOURS_DATA or ./data].")
    @click.pass_context
    def wrapped(context: click.Context, /, data: Path | None, **given: Any) -> Any:
        try:
            return context.invoke(command, settings=read_settings(data=data), **given)
        except ApiError as error:
            if given.get("as_json") and error.body:
                click.echo(json.dumps(error.body, ensure_ascii=False, indent=2))
            raise

    return _renamed(wrapped, command)


def with_new_data(command: Command) -> Command:
    """`with_data` for commands that can be the first on a new folder: they have `--new` to create it."""

    @click.option("--new", is_flag=True, help="Create the data folder if no server has created it yet.")
    def wrapped(settings: Settings, new: bool, **given: Any) -> Any:
        if new and running_server(settings.data) is None and is_new(settings.data):
            create(settings.data)
            click.echo(f"New data folder: {settings.data.resolve()}", err=True)
        return command(settings=settings, **given)

    return with_data(_renamed(wrapped, command))


def _renamed(wrapped: Command, command: Command) -> Command:
    """The wrapper under the name of the command, with its help and its options."""
    wrapped.__doc__ = command.__doc__
    wrapped.__name__ = command.__name__
    wrapped.__click_params__ = getattr(command, "__click_params__", []) + wrapped.__click_params__  # type: ignore[attr-defined]
    return wrapped


def for_folder(command: str, settings: Settings) -> str:
    """A command to suggest, for the data folder of this one: with `--data` where it would use another without."""
    if read_settings().data == settings.data:
        return command
    return f"{command} --data {shlex.quote(str(settings.data))}"


def segment(text: str) -> str:
    """A name as one part of the API's path."""
    return quote(text, safe="")


def answer(value: Any, as_json: bool, text: str) -> None:
    """Print an answer of the API: as JSON with --json, otherwise as text."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else text)


__all__ = [
    "Settings",
    "answer",
    "as_json",
    "for_folder",
    "role_fields",
    "segment",
    "with_data",
    "with_new_data",
    "with_role",
    "with_site",
]
