"""login: how pictures behind a login are taken. Secrets and cookies come from a file or standard input."""

from __future__ import annotations

import sys
from typing import Any, TextIO

import click

from parcours.commands.options import Settings, answer, as_json, segment, with_data
from parcours.connection import connect

_from = click.option(
    "--from", "source", type=click.File("r", encoding="utf-8"), help="A file, or - for standard input."
)


@click.group()
def login() -> None:
    """How pictures behind a login are taken: steps, secrets and cookies.

    Example: parcours login show "Lamp shop"
    """


@login.command("show")
@click.argument("site")
@as_json
@with_data
def show(settings: Settings, site: str, as_json: bool) -> None:
    """Show the steps, and which secrets and cookies are set. Their values are never shown.

    Example: parcours login show "Lamp shop"
    """
    with connect(settings) as api:
        found = api.get(f"/sites/{segment(site)}/sign-in")
    recipe, cookies = found["sign_in"], found["cookies"]
    rows = [f"{recipe['url']} for {' '.join(recipe['pages'])}", *recipe["steps"]] if recipe else ["No steps."]
    rows += [f"secret {one['name']}, set on {one['set']}" for one in found["secrets"]]
    rows += [f"secret {name} is missing" for name in found["missing_secrets"]]
    if cookies:
        ended = ": the session ended, set them again" if found["session_ended"] else ""
        rows.append(f"{len(cookies['cookies'])} cookies, set on {cookies['set']}{ended}")
    answer(found, as_json, "\n".join(rows))


@login.command("steps")
@click.argument("site")
@click.option("--url", default="", help="The sign-in page, on which the steps begin.")
@click.option("--page", "pages", multiple=True, help="A pattern of pages that need it; repeatable [default: /**].")
@_from
@click.option("--delete", is_flag=True, help="Delete the steps.")
@as_json
@with_data
def steps(settings: Settings, site: str, url: str, pages: tuple[str, ...], source: TextIO | None, **given: Any) -> None:
    """Set the steps that sign in, one per line.

    Example: parcours login steps "Lamp shop" --url https://shop.example/login --from steps.txt
    """
    path = f"/sites/{segment(site)}/sign-in"
    with connect(settings) as api:
        if given["delete"]:
            answer(api.delete(path), given["as_json"], "Deleted.")
            return
        lines = [line for line in source.read().splitlines() if line.strip()] if source else []
        made = api.put(path, {"url": url, "pages": list(pages or ("/**",)), "steps": lines})
    answer(made, given["as_json"], f"{len(made['steps'])} steps for {' '.join(made['pages'])}.")


@login.command("secret")
@click.argument("site")
@click.argument("name")
@_from
@click.option("--delete", is_flag=True, help="Delete the secret.")
@as_json
@with_data
def secret(settings: Settings, site: str, name: str, source: TextIO | None, delete: bool, as_json: bool) -> None:
    """Set a secret that the steps write. It is asked for, or read from a file; its line break is left out.

    Example: parcours login secret "Lamp shop" password --from password.txt
    """
    path = f"/sites/{segment(site)}/secrets/{segment(name)}"
    with connect(settings) as api:
        if delete:
            answer(api.delete(path), as_json, f"The secret {name} is deleted.")
            return
        value = source.read().rstrip("\r\n") if source else click.prompt(name, hide_input=True, err=True)
        made = api.put(path, {"value": value})
    answer(made, as_json, f"The secret {name} is set.")


@login.command("cookies")
@click.argument("site")
@_from
@click.option("--delete", is_flag=True, help="Delete the cookies.")
@as_json
@with_data
def cookies(settings: Settings, site: str, source: TextIO | None, delete: bool, as_json: bool) -> None:
    """Set the cookies of a signed-in session: a Cookie header, a cookies.txt or JSON.

    Example: parcours login cookies "Lamp shop" --from cookies.txt
    """
    path = f"/sites/{segment(site)}/cookies"
    with connect(settings) as api:
        if delete:
            answer(api.delete(path), as_json, "The cookies are deleted.")
            return
        made = api.put(path, {"cookies": (source or sys.stdin).read()})
    left_out = f" Left out, of other domains: {', '.join(made['left_out'])}." if made["left_out"] else ""
    answer(made, as_json, f"{made['n']} cookies are set.{left_out}")


COMMANDS = (login,)
