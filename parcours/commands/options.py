"""Options shared by several commands, and how answers are printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from parcours.connection import ApiError
from parcours.settings import Settings, read_settings

Command = Callable[..., Any]

as_json = click.option("--json", "as_json", is_flag=True, help="Print the answer of the API.")


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

    wrapped.__doc__ = command.__doc__
    wrapped.__name__ = command.__name__
    wrapped.__click_params__ = getattr(command, "__click_params__", []) + wrapped.__click_params__  # type: ignore[attr-defined]
    return wrapped


def segment(text: str) -> str:
    """A name as one part of the API's path."""
    return quote(text, safe="")


def answer(value: Any, as_json: bool, text: str) -> None:
    """Print an answer of the API: as JSON with --json, otherwise as text."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else text)


__all__ = ["Settings", "answer", "as_json", "segment", "with_data"]
