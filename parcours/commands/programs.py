"""mcp: questions for assistants."""

from __future__ import annotations

import click


@click.command()
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Address of the server.")
@click.option("--token", envvar="PARCOURS_TOKEN", required=True, help="Token of a viewer; or set PARCOURS_TOKEN.")
def mcp(url: str, token: str) -> None:
    """Serve questions about your sites to assistants, over MCP on standard input and output.

    The tools read only: sites, elements that need attention, maps, comparisons, journeys and funnels. A token that may
    change anything is refused. Needs the extra `mcp`: pip install 'parcours[mcp]'.

    Example: PARCOURS_TOKEN=… parcours mcp --url https://stats.shop.example
    """
    _serve(url, token)


def _serve(url: str, token: str) -> None:
    from parcours.client import ApiError, ParcoursClient  # what is needed here only takes a second to load

    try:
        from parcours.mcp_server import ReadersOnly, mcp_server
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is not installed: pip install 'parcours[mcp]'.") from None
    with ParcoursClient(url, token) as client:
        try:
            ReadersOnly(client).check()
        except ApiError as error:
            if error.status:  # a server that does not answer yet is asked again by each tool
                raise click.ClickException(f"{error.message} {error.hint}") from None
        mcp_server(client).run("stdio")


COMMANDS = (mcp,)
