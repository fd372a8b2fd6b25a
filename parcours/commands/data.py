"""doctor, export: the stored data."""

from __future__ import annotations

from pathlib import Path

import click

from parcours.commands.options import Settings, answer, as_json, with_data
from parcours.commands.questions import asking
from parcours.connection import connect
from rules.question import PERIOD


@click.command()
@click.argument("site")
@click.option("--table", type=click.Choice(["views", "points", "events"]), default="views", show_default=True)
@asking(PERIOD)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write: .csv or .ndjson"
)
@with_data
def export(settings: Settings, site: str, table: str, asked: dict[str, str], out: Path) -> None:
    """Write the stored rows of a site.

    Example: parcours export "Lamp shop" --table points --since 2026-11-01 --out points.ndjson
    """
    extension = out.suffix.lstrip(".")
    if extension not in ("csv", "ndjson"):
        raise click.BadParameter(f"{out.name}: use the extension .csv or .ndjson", param_hint="--out")
    with connect(settings) as api:
        answered = api.fetch("GET", f"/sites/{site}/export", params={**asked, "table": table, "format": extension})
    out.write_bytes(answered.content)
    click.echo(f"Written: {out}")


@click.command()
@as_json
@with_data
def doctor(settings: Settings, as_json: bool) -> None:
    """Check the installation and say how to fix what is missing.

    Example: parcours doctor
    """
    from parcours.doctor import examine

    findings = examine(settings)
    lines = [f"{'✓' if f.good else '✗'} {f.what}: {f.words}" for f in findings]
    answer([{"what": f.what, "good": f.good, "words": f.words} for f in findings], as_json, "\n".join(lines))
    if not all(f.good for f in findings):
        raise click.exceptions.Exit(1)


COMMANDS = (export, doctor)
