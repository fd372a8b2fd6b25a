"""snapshot, heatmap, compare, journey: pictures and figures, written as files."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from parcours.commands.options import Settings, answer, as_json, with_data
from parcours.commands.questions import asking
from parcours.connection import Api, ApiError, connect
from rules.question import COMPARISON, JOURNEY, MAP

POLL_SECONDS = 0.2  # between two requests for the state of a job
OUT = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("site")
@click.argument("url")
@click.option("--width", "widths", type=int, multiple=True, help="CSS px; repeatable [default: 1366, 768 and 390].")
@click.option("--variant", help="EXPERIMENT:VARIANT that the address shows.")
@click.option("--state", help="A state of the page, by key or name.")
@click.option("--all-states", is_flag=True, help="The page as it opens, and each of its states.")
@as_json
@with_data
def snapshot(settings: Settings, site: str, url: str, as_json: bool, **options: Any) -> None:
    """Take pictures and layout maps of a page.

    Example: parcours snapshot "Lamp shop" https://shop.example/basket --width 1366 --width 390
    """
    if options["state"] and options["all_states"]:
        raise click.UsageError("--state takes one state and --all-states takes all: give only one of them.")
    options["widths"] = list(options["widths"])
    request = {"url": url} | {name: value for name, value in options.items() if value}
    with connect(settings) as api:
        job = api.post(f"/sites/{site}/snapshots", request)
        finished = [_finished(api, one["job"]) for one in (job, *job.get("states", ()))]
    taken = [shot for one in finished for shot in one["result"]["snapshots"]]
    answer({"snapshots": taken}, as_json, "\n".join(map(_line, taken)))


def _line(taken: dict[str, Any]) -> str:
    state = f", {taken['state']}," if taken["state"] else ""
    warnings = "".join(f"\n    {warning}" for warning in taken.get("warnings", []))
    return f"{taken['page']}{state} at {taken['width']} px: {taken['height']} px tall{warnings}"


def _finished(api: Api, job: str) -> Any:
    """Wait for a job, with its progress on the terminal; an interrupt cancels it. ApiError if it fails."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("waiting", total=None)
        try:
            while True:
                found = api.get(f"/jobs/{job}")
                words = found.get("progress") or found["state"]
                progress.update(task, description=words, completed=found["done_widths"], total=len(found["widths"]))
                if found["state"] == "done":
                    return found
                if found["state"] in ("failed", "cancelled"):
                    error = found["error"]
                    raise ApiError(422, error["code"], error["message"], error.get("hint") or "")
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            api.fetch("DELETE", f"/jobs/{job}")
            raise


@click.command()
@click.argument("site")
@asking(MAP)
@click.option("--out", type=OUT, required=True, help="File to write: .png .npy .csv .json")
@with_data
def heatmap(settings: Settings, site: str, asked: dict[str, str], out: Path) -> None:
    """Write the heatmap of a page.

    The extension of --out chooses the content: .png the picture with the map, .npy the grid, .csv the placed points,
    .json the account and the elements.

    Example: parcours heatmap "Lamp shop" https://shop.example/basket --width 390 --kind click --out basket.png
    """
    _save(settings, f"/sites/{site}/heatmap", asked, out)


@click.command()
@click.argument("site")
@asking(COMPARISON, "variant", "state", "bots")
@click.option("--out", type=OUT, required=True, help="File to write: .png .npy .csv .json")
@with_data
def compare(settings: Settings, site: str, asked: dict[str, str], out: Path) -> None:
    """Write two variants of a page side by side, on one scale.

    Example: parcours compare "Lamp shop" https://shop.example/lamp --experiment buy-button --out lamp.png
    """
    _save(settings, f"/sites/{site}/compare", asked, out)


@click.command()
@click.argument("site")
@click.argument("name")
@asking(JOURNEY)
@click.option("--out", type=OUT, required=True, help="File to write: .json")
@with_data
def journey(settings: Settings, site: str, name: str, asked: dict[str, str], out: Path) -> None:
    """Write a journey map with its figures.

    Example: parcours journey "Lamp shop" "First lamp" --out journey.json
    """
    if out.suffix != ".json":
        raise click.BadParameter(f"{out.name}: a journey is written as .json", param_hint="--out")
    with connect(settings) as api:
        found = api.get(f"/sites/{site}/journeys/{name}/map", **asked)
    out.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    click.echo(f"Written: {out}")


def _save(settings: Settings, path: str, asked: dict[str, str], out: Path) -> None:
    extension = out.suffix.lstrip(".")
    if extension not in ("png", "npy", "csv", "json"):
        raise click.BadParameter(f"{out.name}: use the extension .png, .npy, .csv or .json", param_hint="--out")
    with connect(settings) as api:
        content = api.fetch("GET", path, params={**asked, "format": extension}).content
    out.write_bytes(content)
    click.echo(f"Written: {out}")


COMMANDS = (snapshot, heatmap, compare, journey)
