"""user: who can sign in, and with which role."""

from __future__ import annotations

import sys
from typing import Any

import click

from parcours.commands.options import (
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
from parcours.connection import Api, connect, sentences


@click.group()
def user() -> None:
    """Add, list and remove the people who can sign in.

    Example: parcours user add anna --site "Lamp shop" --role editor
    """


@user.command("add")
@click.argument("name")
@with_role
@with_site
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@as_json
@with_new_data
def add_user(settings: Settings, name: str, role: str, site: str, password_stdin: bool, as_json: bool) -> None:
    """Add somebody who can sign in, or give somebody a role on a site. A new person's password is asked for.

    Example: parcours user add anna --site "Lamp shop" --role editor
    """
    with connect(settings) as api:
        known = _known(api, name) if site else None
        if known:
            roles = {"role": known["role"], "sites": {**known["sites"], _id_of(api, site): role}}
            made = api.put(f"/users/{segment(name)}", roles)
        else:
            password = _password(password_stdin)
            made = api.post("/users", {"name": name, "password": password, **role_fields(role, site)})
    where = f" on {site}" if site else ""
    answer(made, as_json, f"{made['name']} can sign in as {role}{where}.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _known(api: Api, name: str) -> dict[str, Any] | None:
    return next((one for one in api.get("/users")["users"] if one["name"] == name), None)


def _id_of(api: Api, site: str) -> str:
    found: str = api.get(f"/sites/{segment(site)}")["id"]
    return found


@user.command("list")
@with_site
@as_json
@with_data
def list_users(settings: Settings, site: str, as_json: bool) -> None:
    """List the people who can sign in, or those who may see a site.

    Example: parcours user list --site "Lamp shop"
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(site)}/people" if site else "/users")
    rows = _members(found["people"]) if site else _users(found)
    serve = for_folder("parcours serve", settings)
    answer(found, as_json, "\n".join(rows) or f"Nobody can sign in yet. {serve} prints the first-run link.")


def _members(people: list[dict[str, Any]]) -> list[str]:
    return [f"{one['role']:<8}  {one['name']}{', on every site' if one['every_site'] else ''}" for one in people]


def _users(found: dict[str, Any]) -> list[str]:
    rows = [f"{one['role'] or '-':<8}  {one['name']}{_on_sites(one['sites'])}" for one in found["users"]]
    return rows + [f"{'?':<8}  {one['name']}  {message}" for one in found["rejected"] for message in sentences(one)]


def _on_sites(sites: dict[str, str]) -> str:
    return "".join(f", {role} on site {site}" for site, role in sites.items())


@user.command("remove")
@click.argument("name")
@with_site
@click.confirmation_option(prompt="They are signed out at once. Go on?")
@as_json
@with_data
def remove_user(settings: Settings, name: str, site: str, as_json: bool) -> None:
    """Take somebody's role on a site away, or delete somebody who can sign in. A site keeps an owner.

    Example: parcours user remove anna --site "Lamp shop" --yes
    """
    with connect(settings) as api:
        path = f"/sites/{segment(site)}/people/{segment(name)}" if site else f"/users/{segment(name)}"
        made = api.delete(path)
    words = f"{name} has no role on {site} any more." if site else f"{name} can sign in no longer."
    answer(made, as_json, words)


@user.command("reset")
@click.argument("name")
@as_json
@with_data
def reset_user(settings: Settings, name: str, as_json: bool) -> None:
    """Print a link that signs somebody in once, within a day: for somebody who has lost the password.

    It also ends their sessions and turns two-factor sign-in off.

    Example: parcours user reset anna
    """
    with connect(settings) as api:
        made = api.post(f"/users/{segment(name)}/reset", {})
    answer(made, as_json, made["link"])


COMMANDS = (user,)
