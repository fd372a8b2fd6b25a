"""site, token: who may send data, and which programs may read it."""

from __future__ import annotations

from datetime import datetime
from functools import wraps
from typing import Any

import click

from parcours.commands.options import (
    Command,
    Settings,
    answer,
    as_json,
    for_folder,
    role_fields,
    segment,
    with_data,
    with_new_data,
    with_role,
    with_site,
)
from parcours.connection import connect, sentences
from rules.token import MOST_DAYS
from store.hosts import readable_host
from store.zone_names import zone_named


@click.group()
def site() -> None:
    """Add, change, list and show sites.

    Example: parcours site add "Lamp shop" --domain shop.example
    """


def _fields(command: Command) -> Command:
    """The options of a site's fields. Those that are not given are not passed on."""

    @wraps(command)
    def given_only(**given: Any) -> Any:
        fields = {name: given.pop(name) for name in _OPTIONS}
        fields = {name: _plain(value) for name, value in fields.items() if value is not None and value != ()}
        return command(fields=fields, **given)

    decorated: Command = given_only
    for option in reversed(_OPTIONS.values()):
        decorated = option(decorated)
    return decorated


def _plain(value: Any) -> Any:
    """A list for the API; an empty text in it, given alone, empties the list."""
    return [one for one in value if one] if isinstance(value, tuple) else value


_OPTIONS: dict[str, Command] = {  # field → option
    "domains": click.option(
        "--domain", "domains", multiple=True, help="A host, or a pattern such as *.shop.example; repeatable."
    ),
    "allow_private": click.option(
        "--allow-private/--no-allow-private",
        default=None,
        help="Allow pictures of private and loopback addresses of its domains [default: no].",
    ),
    "keep_query": click.option(
        "--keep-query", multiple=True, help="A query parameter that distinguishes pages; repeatable."
    ),
    "fetch_from": click.option(
        "--fetch-from", help="Address to load pictures from if the public one cannot be reached."
    ),
    "staff_networks": click.option(
        "--staff-network", "staff_networks", multiple=True, help="A network of your own people; repeatable."
    ),
    "staff_ids": click.option(
        "--staff-id", "staff_ids", multiple=True, help="The id of one of your own people; repeatable."
    ),
    "retake": click.option("--retake", help="Pictures: never, daily, weekly, monthly, changed [default: never]."),
    "timezone": click.option("--timezone", help="Of its days, e.g. Europe/Paris [default: that of this machine]."),
    "keep_pictures": click.option("--keep-pictures", type=int, help="The newest to keep of each series [default: 12]."),
    "keep_views_days": click.option("--keep-views-days", type=int, help="Erase older visits [default: 0, keep all]."),
    "keep_points_days": click.option("--keep-points-days", type=int, help="Erase older clicks and hovers."),
    "keep_events_days": click.option("--keep-events-days", type=int, help="Erase older events."),
    "keep_pictures_days": click.option("--keep-pictures-days", type=int, help="Erase older pictures."),
}


@site.command("add")
@click.argument("name")
@_fields
@as_json
@with_new_data
def add(settings: Settings, name: str, as_json: bool, fields: dict[str, Any]) -> None:
    """Add a site and print the snippet for its pages.

    Example: parcours site add "Lamp shop" --domain shop.example --domain "*.shop.example"
    """
    with connect(settings) as api:
        made = api.post("/sites", {"name": name, "domains": [], **fields})
    answer(
        made,
        as_json,
        f"Site {made['id']}, key {made['key']}. Paste this before </head> on every page:\n\n  {made['snippet']}\n",
    )


@site.command("change")
@click.argument("site")
@click.option("--name", "new_name", help="A new name.")
@_fields
@as_json
@with_data
def change(settings: Settings, site: str, new_name: str | None, as_json: bool, fields: dict[str, Any]) -> None:
    """Change a site: the fields given, the others stay.

    A repeatable option replaces all its earlier values; "" removes them.

    Example: parcours site change "Lamp shop" --domain shop.example --domain m.shop.example --retake weekly
    """
    fields |= {"name": new_name} if new_name is not None else {}
    if not fields:
        raise click.UsageError("Nothing to change: give at least one option.")
    with connect(settings) as api:
        made = api.put(f"/sites/{segment(site)}", fields)
    rows = [f"  {name}: {_shown(made[name])}" for name in sorted(fields)]
    answer(made, as_json, "\n".join([f"{made['name']} (site {made['id']}) is changed:", *rows]))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value) or "none"


@site.command("list")
@as_json
@with_data
def list_(settings: Settings, as_json: bool) -> None:
    """List the sites.

    Example: parcours site list --json
    """
    with connect(settings) as api:
        found = api.get("/sites")
    rows = [f"{s['id']:>4}  {s['name']}  {' '.join(map(readable_host, s['domains']))}" for s in found["sites"]]
    rows += [f"{s['id']:>4}  {s['name']}  {message}" for s in found["rejected"] for message in sentences(s)]
    first = for_folder('parcours site add "My shop" --domain shop.example', settings)
    answer(found, as_json, "\n".join(rows) or f"No site yet. {first}")


@site.command("show")
@click.argument("site")
@as_json
@with_data
def show(settings: Settings, site: str, as_json: bool) -> None:
    """Show a site: its key, its snippet, and when its last view arrived.

    Example: parcours site show "Lamp shop"
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(site)}")
        health = api.get(f"/sites/{segment(site)}/health")
    domains = " ".join(map(readable_host, found["domains"]))
    words = f"{found['name']} (site {found['id']}), {domains}\n{found['snippet']}\n"
    words += f"time zone: {found['timezone']}\n"
    words += f"last view: {health.get('last_view') or 'none yet'}"
    answer({**found, "health": health}, as_json, words)


@site.command("retakes")
@click.argument("site")
@as_json
@with_data
def retakes(settings: Settings, site: str, as_json: bool) -> None:
    """Show when the pictures of a site are taken again by schedule, and what failed.

    Example: parcours site retakes "Lamp shop"
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(site)}/retakes")
    zone = zone_named(found["timezone"])
    rows = [f"schedule: {found['schedule']}, times in {zone.name}"]
    for page in found["pages"]:
        failed = f"  failed {page['failures']}×: {page['error']['message']}" if page["error"] else ""
        due = zone.local(datetime.fromisoformat(page["due"]).timestamp() * 1000)
        rows.append(f"{due:%Y-%m-%d %H:%M}  {page['page']}{failed}")
    answer(found, as_json, "\n".join(rows))


@site.command("rotate-key")
@click.argument("site")
@click.option(
    "--grace-days",
    type=click.IntRange(0, 365),
    default=30,
    show_default=True,
    help="Of the old key.",
)
@as_json
@with_data
def rotate_key(settings: Settings, site: str, grace_days: int, as_json: bool) -> None:
    """Give a site a new key; the old one keeps working for a while.

    Example: parcours site rotate-key "Lamp shop" --grace-days 7
    """
    with connect(settings) as api:
        made = api.post(f"/sites/{segment(site)}/rotate-key", {"grace_days": grace_days})
    until = f"works until {made['old_keys'][0]['until']}" if grace_days else "no longer works"
    words = f"New key {made['key']}; the previous one {until}. Paste this on every page:\n\n  {made['snippet']}\n"
    answer(made, as_json, words)


@click.command()
@click.argument("name")
@with_role
@with_site
@click.option(
    "--days", type=click.IntRange(0, MOST_DAYS), default=0, show_default=True, help="Until it ends; 0: it does not."
)
@as_json
@with_new_data
def token(settings: Settings, name: str, role: str, site: str, days: int, as_json: bool) -> None:
    """Make a token for the API. It is shown once.

    Example: parcours token "weekly report" --role viewer --site "Lamp shop" --days 90
    """
    with connect(settings) as api:
        made = api.post("/tokens", {"name": name, "days": days, **role_fields(role, site)})
    answer(made, as_json, made["token"])


COMMANDS = (site, token)
