"""heatmap, compare, journey, overview, events, forms: maps and figures, written as files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from parcours.commands.options import Settings, with_data
from parcours.commands.questions import asking
from parcours.connection import connect
from rules.question import COMPARED, JOURNEY, MAP, SITE

OUT = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("site")
@asking(MAP)
@click.option("--out", type=OUT, required=True, help="File to write: .png .npy .csv .json")
@click.option("--frame", is_flag=True, help="Add title, period, filters, legend and account to a .png.")
@click.option("--elements", is_flag=True, help="Write the table of elements to a .csv instead of the points.")
@with_data
def heatmap(settings: Settings, site: str, asked: dict[str, str], out: Path, frame: bool, elements: bool) -> None:
    """Write the heatmap of a page.

    The extension of --out chooses the content: .png the picture with the map, .npy the grid (with its question and
    hash in a second file, .npy.json), .csv the placed points, .json the account and the elements.

    Example: parcours heatmap "Lamp shop" https://shop.example/basket --width 390 --kind click --out basket.png
    """
    more = ({"frame": "1"} if frame else {}) | ({"table": "elements"} if elements else {})
    _save(settings, f"/sites/{site}/heatmap", asked | more, out)


@click.command()
@click.argument("site")
@asking(COMPARED, "variant", "state", "bots")
@click.option("--out", type=OUT, required=True, help="File to write: .png .npy .csv .json")
@with_data
def compare(settings: Settings, site: str, asked: dict[str, str], out: Path) -> None:
    """Write two variants of a page, or any two sets of its visitors, side by side on one scale.

    --with names what the visitors are compared with: before (the period before), period:2026-10-01..2026-10-28, rest
    (everybody else), segment:NAME, device:phone, variant:EXPERIMENT:KEY or left:GOAL (those who did not reach it).

    Example: parcours compare "Lamp shop" https://shop.example/lamp --experiment buy-button --out lamp.png
    Example: parcours compare "Lamp shop" https://shop.example/basket --days 7 --with before --out basket.json
    """
    if ("experiment" in asked) == ("with" in asked):
        raise click.UsageError("Name what is compared: either --experiment or --with.")
    _save(settings, f"/sites/{site}/compare", asked, out)


@click.command()
@click.argument("site")
@click.argument("name")
@asking(JOURNEY)
@click.option("--out", type=OUT, required=True, help="File to write: .json .csv")
@with_data
def journey(settings: Settings, site: str, name: str, asked: dict[str, str], out: Path) -> None:
    """Write a journey map with its figures.

    .json has all of it, and `parcours define journey` reads it; .csv has one row for each touchpoint.

    Example: parcours journey "Lamp shop" "First lamp" --out journey.json
    """
    path = f"/sites/{site}/journeys/{name}/map"
    if out.suffix == ".csv":
        with connect(settings) as api:
            out.write_bytes(api.fetch("GET", f"{path}.csv", params=asked).content)
    elif out.suffix == ".json":
        with connect(settings) as api:
            out.write_text(json.dumps(api.get(path, **asked), ensure_ascii=False, indent=2) + "\n")
    else:
        raise click.BadParameter(f"{out.name}: a journey is written as .json or .csv", param_hint="--out")
    click.echo(f"Written: {out}")


@click.command()
@click.argument("site")
@asking(SITE)
@click.option("--out", type=OUT, required=True, help="File to write: .json")
@with_data
def overview(settings: Settings, site: str, asked: dict[str, str], out: Path) -> None:
    """Write the figures of a site: visitors, visits, goals, by day and by how visitors came.

    Example: parcours overview "Lamp shop" --days 7 --filter channel=mail --out overview.json
    """
    _save_json(settings, f"/sites/{site}/overview", asked, out)


@click.command()
@click.argument("site")
@asking(SITE, "goal")
@click.option("--out", type=OUT, required=True, help="File to write: .json")
@with_data
def events(settings: Settings, site: str, asked: dict[str, str], out: Path) -> None:
    """Write the events that pages sent, by name.

    Example: parcours events "Lamp shop" --out events.json
    """
    _save_json(settings, f"/sites/{site}/events", asked, out)


@click.command()
@click.argument("site")
@asking(SITE, "goal")
@click.option("--page", help="The fields of this page; without it, all pages with forms.")
@click.option("--out", type=OUT, required=True, help="File to write: .json")
@with_data
def forms(settings: Settings, site: str, asked: dict[str, str], page: str | None, out: Path) -> None:
    """Write the forms of a site, or the fields of one page. What was typed is never stored.

    Example: parcours forms "Lamp shop" --page https://shop.example/checkout --out checkout.json
    """
    _save_json(settings, f"/sites/{site}/forms", asked | ({"page": page} if page else {}), out)


def _save_json(settings: Settings, path: str, asked: dict[str, str], out: Path) -> None:
    if out.suffix != ".json":
        raise click.BadParameter(f"{out.name}: these figures are written as .json", param_hint="--out")
    with connect(settings) as api:
        found = api.get(path, **asked)
    out.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    click.echo(f"Written: {out}")


def _save(settings: Settings, path: str, asked: dict[str, str], out: Path) -> None:
    extension = out.suffix.lstrip(".")
    if extension not in ("png", "npy", "csv", "json"):
        raise click.BadParameter(f"{out.name}: use the extension .png, .npy, .csv or .json", param_hint="--out")
    with connect(settings) as api:
        answer = api.fetch("GET", path, params={**asked, "format": extension})
    out.write_bytes(answer.content)
    click.echo(f"Written: {out}")
    query = answer.headers.get("X-Parcours-Query")
    if extension == "npy" and query:
        # An array alone does not say what it shows: the question and the hash of the file stand beside it.
        beside = out.with_suffix(".npy.json")
        about = {"query": json.loads(query), "sha256": answer.headers["X-Parcours-SHA256"]}
        beside.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n")
        click.echo(f"Written: {beside}")


COMMANDS = (heatmap, compare, journey, overview, events, forms)
