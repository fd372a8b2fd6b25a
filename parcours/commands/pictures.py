"""snapshot, picture: pictures of pages are taken, listed, chosen for maps, retaken and deleted."""

from __future__ import annotations

from typing import Any

import click

from parcours.commands.options import Settings, answer, as_json, segment, with_data
from parcours.commands.waiting import WorkState, until_ended
from parcours.connection import Api, ApiError, connect


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
    """Take pictures and layout maps of a page. URL: an address, host/path, or /path on the site's own host.

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


def _finished(api: Api, job: str) -> dict[str, Any]:
    """The job once it is done; an interrupt cancels it. ApiError if it fails."""
    try:
        found = until_ended(api, f"/jobs/{job}", _state)
    except KeyboardInterrupt:
        api.fetch("DELETE", f"/jobs/{job}")
        raise
    if found["state"] != "done":
        error = found["error"]
        raise ApiError(422, error["code"], error["message"], error.get("hint") or "")
    return found


def _state(found: dict[str, Any]) -> WorkState:
    words = found.get("progress") or found["state"]
    ended = found["state"] in ("done", "failed", "cancelled")
    return WorkState(words, found["done_widths"], len(found["widths"]), ended)


@click.group()
def picture() -> None:
    """The pictures of pages: list them, choose the one that maps use, retake and delete them.

    Example: parcours picture list "Lamp shop" --page shop.example/basket
    """


@picture.command("list")
@click.argument("site")
@click.option("--page", default="", help="Every picture of this canonical page, not only those that maps use.")
@as_json
@with_data
def list_pictures(settings: Settings, site: str, page: str, as_json: bool) -> None:
    """List the picture of each page, width, variant and state that maps use.

    Example: parcours picture list "Lamp shop" --page shop.example/basket
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(site)}/snapshots", **({"page": page} if page else {}))
    answer(found, as_json, "\n".join(map(_listed, found["snapshots"])) or "No pictures.")


def _listed(taken: dict[str, Any]) -> str:
    about = ", ".join(part for part in (f"{taken['width']} px", taken["variant"], taken["state"]) if part)
    return f"{taken['id']}  {taken['taken']}  {taken['page']}, {about}{', chosen for maps' if taken['chosen'] else ''}"


@picture.command("choose")
@click.argument("site")
@click.argument("id")
@click.option("--newest", is_flag=True, help="Use the newest picture of this page, width, variant and state again.")
@as_json
@with_data
def choose(settings: Settings, site: str, id: str, newest: bool, as_json: bool) -> None:
    """Let maps use this picture of its page, width, variant and state.

    Example: parcours picture choose "Lamp shop" 7213904217600123
    """
    path = f"/sites/{segment(site)}/snapshots/{segment(id)}/chosen"
    with connect(settings) as api:
        found = api.delete(path) if newest else api.put(path, {})
    used = "the newest picture" if newest else f"picture {id}"
    answer(found, as_json, f"Maps of {found['page']} at {found['width']} px use {used}.")


@picture.command("retake")
@click.argument("site")
@click.argument("id")
@as_json
@with_data
def retake(settings: Settings, site: str, id: str, as_json: bool) -> None:
    """Take this picture again, with the same address, width, variant and state.

    Example: parcours picture retake "Lamp shop" 7213904217600123
    """
    with connect(settings) as api:
        job = api.post(f"/sites/{segment(site)}/snapshots/{segment(id)}/retake", {})
        taken = _finished(api, job["job"])["result"]["snapshots"]
    answer({"snapshots": taken}, as_json, "\n".join(map(_line, taken)))


@picture.command("delete")
@click.argument("site")
@click.argument("id")
@click.confirmation_option(prompt="Delete this picture and its layout?")
@as_json
@with_data
def delete(settings: Settings, site: str, id: str, as_json: bool) -> None:
    """Delete a picture with its layout. Visits are kept.

    Example: parcours picture delete "Lamp shop" 7213904217600123 --yes
    """
    with connect(settings) as api:
        found = api.delete(f"/sites/{segment(site)}/snapshots/{segment(id)}")
    answer(found, as_json, f"The picture of {found['page']} at {found['width']} px is deleted.")


COMMANDS = (snapshot, picture)
