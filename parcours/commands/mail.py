"""digest: the weekly digest, printed or sent."""

from __future__ import annotations

import click

from parcours.commands.options import Settings, answer, as_json, segment, with_data
from parcours.connection import connect


@click.command()
@click.option("--site", default="", help="The site, by name or id [default: every site].")
@click.option("--to", metavar="ADDRESS", default="", help="Mail it to this address instead of printing it.")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True)
@click.option("--until", metavar="DAY", default="", help="The last of its seven days [default: yesterday].")
@click.option("--html", "as_html", is_flag=True, help="Print the HTML of the mail instead of its text.")
@as_json
@with_data
def digest(settings: Settings, site: str, to: str, language: str, until: str, as_html: bool, as_json: bool) -> None:
    """Print or mail the digest of seven days: what needs attention first, the figures, whether data was lost.

    Example: parcours digest --site "Lamp shop" --to ada@shop.example
    """
    if to and as_html:
        raise click.UsageError("--html prints the digest, and --to mails it (always as text and HTML): give one.")
    with connect(settings) as api:
        sites = [site] if site else [one["id"] for one in api.get("/sites")["sites"]]
        paths = [f"/sites/{segment(one)}/digest" for one in sites]
        if to:
            fields = {"to": to, "language": language, "until": until}
            found = [api.post(path, fields) for path in paths]
            lines = [f"In the outbox, to {to}: {one['subject']}" for one in found]
        else:
            found = [api.get(path, language=language, **({"until": until} if until else {})) for path in paths]
            lines = [one["html" if as_html else "text"] for one in found]
    answer(found, as_json, "\n".join(lines) if lines else "There is no site yet.")


COMMANDS = (digest,)
