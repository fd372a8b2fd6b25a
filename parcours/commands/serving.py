"""serve, collect, view, demo, settings: running Parcours."""

from __future__ import annotations

import json
import shlex
import signal
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from collector.journal.journal import Journal
from parcours.data_folder import is_new
from parcours.database_wait import Patience, when_there
from parcours.proxies import startup_problems
from parcours.server import BoundedServer, free_port, listening_sockets, noted, raise_descriptor_limit, server_config
from parcours.settings import Settings, read_settings, shown, variable

if TYPE_CHECKING:
    from parcours.app import Parcours

_data = click.option("--data", type=click.Path(path_type=Path), help="Data folder [default: PARCOURS_DATA or ./data].")
_host = click.option("--host", help="Address to listen on [default: 127.0.0.1].")
_port = click.option("--port", type=int, help="Port to listen on [default: 8000].")


@click.command()
@_data
@_host
@_port
def serve(**given: Any) -> None:
    """Run everything in one process: collector, database and viewer.

    Creates the data folder if it is missing. Prints a sign-in link if nobody can sign in yet.

    Example: parcours serve --data /var/lib/parcours --port 8000
    """
    _run(read_settings(**given), ("collector", "viewer"))


@click.command()
@_data
@_host
@_port
def collect(**given: Any) -> None:
    """Run a collector alone, against a ClickHouse server.

    Its only state is the journal in its data folder: run as many as you like.

    Example: PARCOURS_CLICKHOUSE_URL=clickhouse://user:pw@db:8123/parcours parcours collect --port 8001
    """
    _run(_with_server(given), ("collector",))


@click.command()
@_data
@_host
@_port
def view(**given: Any) -> None:
    """Run the viewer alone, against a ClickHouse server.

    Example: PARCOURS_CLICKHOUSE_URL=clickhouse://user:pw@db:8123/parcours parcours view --port 8002
    """
    _run(_with_server(given), ("viewer",))


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("demo-data"), help="Data folder.", show_default=True
)
@click.option("--port", type=int, default=8000, show_default=True, help="Port; the shop uses the next one.")
@click.option("--once", is_flag=True, help="Prepare the demo, then stop instead of serving.")
def demo(data: Path, port: int, once: bool) -> None:
    """Run Parcours with a demo shop, a dozen real visits and simulated visitors.

    Example: parcours demo --port 8000
    """
    from parcours.demo.run import run_demo

    free_port("127.0.0.1", port)
    free_port("127.0.0.1", port + 1)
    run_demo(read_settings(data=data, host="127.0.0.1", port=port), once=once)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def settings(as_json: bool) -> None:
    """List all settings: variable, current value, meaning.

    Example: PARCOURS_PORT=9000 parcours settings
    """
    now = read_settings()
    rows = [(variable(f), shown(f, now), f.metadata["help"], f.metadata["example"]) for f in fields(Settings)]
    if as_json:
        click.echo(json.dumps({name: {"value": value, "help": help_} for name, value, help_, _ in rows}, indent=2))
        return
    for name, value, help_, example in rows:
        click.echo(f"{name}={value}\n    {help_}" + (f", e.g. {example}" if example else ""))


COMMANDS = (serve, collect, view, demo, settings)


def _with_server(given: dict[str, Any]) -> Settings:
    settings = read_settings(**given)
    if not settings.clickhouse_url:
        raise click.UsageError(
            "The embedded database belongs to one process, so separate collectors and viewers need a server:\n"
            "set PARCOURS_CLICKHOUSE_URL, or run `parcours serve`."
        )
    return settings


def _run(settings: Settings, parts: tuple[Any, ...]) -> None:
    free_port(settings.host, settings.port)
    raise_descriptor_limit()
    folder, new = settings.data.resolve(), is_new(settings.data)
    if "collector" in parts:
        Journal(
            settings.data / "journal"
        ).close()  # if another process holds it: fail here rather than while uvicorn starts
    # uvicorn raises the signal again after its shutdown; the default handler of SIGTERM would skip our cleanup.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    parcours = _opened(settings, parts)
    try:
        click.echo(f"Parcours at {settings.url}")
        click.echo(f"Data folder: {folder}{' (new)' if new else ''}")
        click.echo(f"For commands on this machine: export PARCOURS_DATA={shlex.quote(str(folder))}")
        for problem in startup_problems(settings):
            click.secho(f"Warning: {problem}", fg="yellow", err=True)
        if parcours.viewer and (link := parcours.viewer.first_run_url()):
            click.echo(f"First sign-in: {link}")
        with noted(settings, parcours.service_token):
            BoundedServer(server_config(parcours.app, settings)).run(listening_sockets(settings))
    finally:
        parcours.close()


def _opened(settings: Settings, parts: tuple[Any, ...]) -> Parcours:
    """The app, once the database answers."""
    from parcours.app import open_parcours  # heavy: the engine

    return when_there(lambda: open_parcours(settings, parts), Patience(settings.database_wait), say=_say)


def _say(message: str) -> None:
    click.echo(message, err=True)
