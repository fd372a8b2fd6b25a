"""snapshot, heatmap, compare, journey: what people look at, as files."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from parcours.commands.options import Settings, answer, as_json, with_data
from parcours.commands.questions import asking
from parcours.connection import Api, ApiError, connect
from rules.question import COMPARISON, JOURNEY, MAP

OUT = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("site")
@click.argument("url")
@click.option("--width", "widths", type=int, multiple=True, help="CSS px; repeat [default: 1366, 768 and 390].")
@click.option("--variant", help="EXPERIMENT:VARIANT that the address shows.")
@click.option("--state", help="A state of the page, by key or name.")
@click.option("--all-states", is_flag=True, help="The page as it opens, and each of its states.")
@as_json
@with_data
def snapshot(
    settings: Settings,
    site: str,
    url: str,
    widths: tuple[int, ...],
    variant: str,
    state: str,
    all_states: bool,
    as_json: bool,
) -> None:
    """Take pictures and layout maps of a page.

    Example: parcours snapshot "Lamp shop" https://shop.example/basket --width 1366 --width 390
    """
    if state and all_states:
        raise click.UsageError("--state names one, --all-states asks for all: give one of them.")
    asked: dict[str, Any] = {"url": url, "widths": list(widths) or None, "variant": variant, "state": state}
    asked["all_states"] = all_states or None
    with connect(settings) as api:
        job = api.post(f"/sites/{site}/snapshots", {k: v for k, v in asked.items() if v is not None})
        jobs = [_wait(api, one["job"]) for one in (job, *job.get("states", ()))]
    taken = [shot for one in jobs for shot in one["result"]["snapshots"]]
    lines = [f"{_named(s)} at {s['width']} px: {s['height']} px tall" + _warned(s) for s in taken]
    answer({"snapshots": taken}, as_json, "\n".join(lines))


def _named(snapshot: dict[str, Any]) -> str:
    state = f", {snapshot['state']}," if snapshot["state"] else ""
    return f"{snapshot['page']}{state}"


def _warned(snapshot: dict[str, Any]) -> str:
    return "".join(f"\n    {w}" for w in snapshot.get("warnings", []))


def _wait(api: Api, job: str) -> Any:
    """Follow a job to its end, with its progress on the terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("waiting")
        while True:
            found = api.get(f"/jobs/{job}")
            progress.update(task, description=found.get("progress") or found["state"])
            if found["state"] == "done":
                return found
            if found["state"] == "failed":
                error = found["error"]
                raise ApiError(422, error["code"], error["message"], error.get("hint") or "")
            time.sleep(0.2)


@click.command()
@click.argument("site")
@asking(MAP)
@click.option("--out", type=OUT, required=True, help="File; its ending says what: .png .npy .csv .json")
@with_data
def heatmap(settings: Settings, site: str, asked: dict[str, str], out: Path) -> None:
    """Write the heatmap of a page.

    .png the picture with the map, .npy the grid, .csv the placed points, .json the account and the elements.

    Example: parcours heatmap "Lamp shop" https://shop.example/basket --width 390 --kind click --out basket.png
    """
    _save(settings, f"/sites/{site}/heatmap", asked, out)


@click.command()
@click.argument("site")
@asking(COMPARISON, "variant", "state", "bots")
@click.option("--out", type=OUT, required=True, help="File; its ending says what: .png .npy .csv .json")
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
@click.option("--out", type=OUT, required=True, help="File, .json")
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
    ending = out.suffix.lstrip(".")
    if ending not in ("png", "npy", "csv", "json"):
        raise click.BadParameter(f"{out.name}: end it in .png, .npy, .csv or .json", param_hint="--out")
    with connect(settings) as api:
        content = api.fetch("GET", path, params={**asked, "format": ending}).content
    out.write_bytes(content)
    click.echo(f"Written: {out}")


COMMANDS = (snapshot, heatmap, compare, journey)
