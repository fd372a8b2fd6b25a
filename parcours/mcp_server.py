"""The MCP server (https://modelcontextprotocol.io): questions about a site as tools, answered by the API with a token.

Each answer names elements and touchpoints, has every figure with its number of visitors and its interval, and a link to
the page that shows the same. Nothing can be changed, and a token that could is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from msgspec import to_builtins

from parcours.client import ApiError, ParcoursClient
from store.kinds import PointKind
from viewer.http.urls import Urls

P = ParamSpec("P")
MOST = 50  # elements in an answer
INSTRUCTIONS = (
    "Heatmaps and customer journeys of web sites. Start with `sites`. Figures count visitors, not clicks: say n and "
    "the interval with each share. A difference whose interval contains 0 has not been shown."
)
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)


class ParcoursTools:
    """The tools. Parameters that are empty are left out of the question; the API has the defaults."""

    def __init__(self, client: ParcoursClient) -> None:
        self._client = client
        self._urls = Urls(client.url)

    def sites(self) -> dict[str, Any]:
        """The sites that the token may read."""
        found = self._client.sites()
        return {"sites": to_builtins(found), "link": self._urls.absolute(self._urls.sites())}

    def needs_attention(self, site: str, days: int = 28, limit: int = 10) -> dict[str, Any]:
        """Pages and elements that need attention first: dead clicks, bursts of clicks, errors after a click.

        `site`: its id or name. Each count is of the `clickers` of the element.
        """
        found = self._client.needs(site, days=days)
        link = self._urls.absolute(self._urls.overview(site, days=days))
        return {"elements": to_builtins(found[: _bounded(limit)]), "of": len(found), "link": link}

    def heatmap(
        self, site: str, page: str, kind: PointKind = "click", days: int = 28, device: str = "", limit: int = 10
    ) -> dict[str, Any]:
        """The elements of a page that most visitors clicked, or (`kind` hover) had the pointer on.

        `page`: an address, /path or pattern; `device`: desktop, tablet or phone. For each element its name, `visitors`
        who clicked it `of` all visitors of the page, the share with its 95 % interval, and those with dead or rage
        clicks.
        """
        found = self._client.figures(site, page, kind, days=days, device=device)
        rows = sorted(found.elements, key=lambda one: -one.visitors)[: _bounded(limit)]
        names = ("key", "name", "visitors", "of", "share", "low", "high", "clicks", "dead", "rage")
        return {
            "visitors": found.visitors,
            "views": found.views,
            "elements": [{name: getattr(row, name) for name in names} for row in rows],
            "of_elements": len(found.elements),
            "warnings": [one.message for one in found.warnings],
            "link": self._urls.absolute(
                self._urls.heatmap(site, page=page, days=days, device=device, kind=kind if kind != "click" else "")
            ),
        }

    def reach(self, site: str, page: str, days: int = 28, device: str = "") -> dict[str, Any]:
        """How far down a page was seen, and how long.

        `quartiles`: percent of the `views` and the deepest px that so many saw; `fold`: the height of the window.
        `attention`: mean seconds in view of each twentieth of the page, from the top, in `attention_views`.
        """
        found = self._client.reach(site, page, days=days, device=device).figures
        names = ("visitors", "views", "fold", "quartiles", "attention", "attention_views")
        link = self._urls.heatmap(site, page=page, days=days, device=device, kind="scroll")
        return {
            **{name: to_builtins(getattr(found, name)) for name in names},
            "warnings": [one.message for one in found.warnings],
            "link": self._urls.absolute(link),
        }

    def compare(
        self, site: str, page: str, compared_with: str = "", experiment: str = "", days: int = 28, limit: int = 10
    ) -> dict[str, Any]:
        """Compare two sets of the visitors of a page, element by element.

        Give either `experiment` (its id or name) or `compared_with`: before, period:SINCE..UNTIL, device:NAME,
        segment:ID or left:GOAL. `diff` is the share in b minus that in a, with its interval; `q` is adjusted for the
        number of elements.
        """
        asked = {"with": compared_with, "experiment": experiment, "days": "" if experiment else days}
        found = self._client.compare(site, page, **asked)
        link = self._urls.compare_sets(site, page=page, **asked)
        return {
            "verdict": found.verdict,
            "tested": found.tested,
            "differ": found.differ,
            "level": found.level,
            "elements": to_builtins(found.rows[: _bounded(limit)]),
            "of_elements": len(found.rows),
            "warnings": [one.message for one in found.warnings],
            "link": self._urls.absolute(link),
        }

    def journey(self, site: str, journey: str, days: int = 28, device: str = "") -> dict[str, Any]:
        """A journey measured: visitors of each stage, who went on to a later one, and each touchpoint's reach.

        `journey`: its id or name. Shares have their 95 % interval.
        """
        found = self._client.journey(site, journey, days=days, device=device)
        link = self._urls.journey(site, journey, days=days, device=device)
        return {**_plain(found), "link": self._urls.absolute(link)}

    def funnel(self, site: str, journey: str, steps: str = "", days: int = 28, device: str = "") -> dict[str, Any]:
        """Visitors who did the steps of a journey one after another.

        `steps`: keys of touchpoints, separated by commas; the usual steps of the journey without it. Each step has the
        share of the visitors of the step before and of the first, with its 95 % interval.
        """
        found = self._client.funnel(site, journey, steps=steps, days=days, device=device)
        link = self._urls.funnel(site, journey, steps=steps, days=days, device=device)
        return {**_plain(found), "link": self._urls.absolute(link)}


def _bounded(limit: int) -> int:
    return max(1, min(limit, MOST))


def _plain(found: Any) -> dict[str, Any]:
    plain: dict[str, Any] = to_builtins(found)
    return {name: value for name, value in plain.items() if name != "query"}


def _with_messages(tool: Callable[P, dict[str, Any]], check: Callable[[], None]) -> Callable[P, dict[str, Any]]:
    """The tool, after `check`, with the errors of the API as messages to the caller."""

    @functools.wraps(tool)
    def answer(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        try:
            check()
            return tool(*args, **kwargs)
        except ApiError as error:
            raise ToolError(f"{error.message} {error.hint} ({error.code})".replace("  ", " ")) from error

    return answer


class ReadersOnly:
    """Lets a token be used that only reads: whatever an assistant is talked into, it can change nothing."""

    def __init__(self, client: ParcoursClient) -> None:
        self._client = client
        self._known = False

    def check(self) -> None:
        """ApiError 403 (`too_mighty`) for a token that may do more than read; asks the server once."""
        if self._known:
            return
        found = self._client.identity()
        if not found.only_reads:
            words = f"The token {found.name!r} may change things, and an assistant needs to read only."
            raise ApiError(403, "too_mighty", words, "Make one with `parcours token NAME --role viewer`.")
        self._known = True


def mcp_server(client: ParcoursClient) -> MCPServer:
    """The server with its tools, which ask `client`; each refuses a token that may do more than read."""
    server, tools = MCPServer("parcours", instructions=INSTRUCTIONS, log_level="WARNING"), ParcoursTools(client)
    readers = ReadersOnly(client)
    for tool in (
        tools.sites,
        tools.needs_attention,
        tools.heatmap,
        tools.reach,
        tools.compare,
        tools.journey,
        tools.funnel,
    ):
        server.tool(annotations=_READS)(_with_messages(tool, readers.check))
    return server
