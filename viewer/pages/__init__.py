"""The pages: one module a page, a frozen record each, rendered by its template.

`routes(viewer)` are their addresses; `error_page` is the page of whatever goes wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from . import (
    account,
    compare,
    entrance,
    experiments,
    gallery,
    heatmap,
    journey_edit,
    journey_map,
    journeys,
    setup,
    sites,
    states,
    taking,
)
from .problems import problem_page
from .rendering import StaticPages

if TYPE_CHECKING:
    from viewer.app import Viewer

error_page = problem_page
BOTH = ["GET", "POST"]


async def _home(request: Request) -> Response:
    return RedirectResponse("/sites", status_code=303)


async def _journey(request: Request) -> Response:
    """One address: the map, or with `?edit=1` its form."""
    editing = request.method == "POST" or request.query_params.get("edit") == "1"
    return await (journey_edit.edit if editing else journey_map.show)(request)


def routes(viewer: Viewer) -> list[BaseRoute]:
    """All pages and the files they need."""
    site = "/sites/{site}"
    return [
        Route("/", _home),
        Route("/sign-in", entrance.sign_in, methods=BOTH),
        Route("/sign-out", entrance.sign_out, methods=["POST"]),
        Route("/first-run", entrance.first_run, methods=BOTH),
        Route("/account", account.account, methods=BOTH),
        Route("/sites", sites.sites),
        Route("/sites/new", sites.new_site, methods=BOTH),
        Route(site, setup.setup),
        Route(site, setup.save, methods=["POST"]),
        Route(site + "/rotate-key", setup.rotate, methods=["POST"]),
        Route(site + "/pages", gallery.gallery),
        Route(site + "/heatmap", heatmap.heatmap),
        Route(site + "/pictures", taking.take, methods=["POST"]),
        Route(site + "/pictures/{jobs}", taking.follow),
        Route(site + "/states", states.states),
        Route(site + "/states/new", states.edit, methods=BOTH),
        Route(site + "/states/{state}/edit", states.edit, methods=BOTH),
        Route(site + "/matching", journeys.matching),
        Route(site + "/experiments", experiments.experiments),
        Route(site + "/experiments/new", experiments.edit, methods=BOTH),
        Route(site + "/experiments/{experiment}", compare.compare),
        Route(site + "/experiments/{experiment}/edit", experiments.edit, methods=BOTH),
        Route(site + "/journeys", journeys.journeys),
        Route(site + "/journeys", journeys.new_journey, methods=["POST"]),
        Route(site + "/journeys/{journey}", _journey, methods=BOTH),
        Mount("/static", StaticPages(), name="static"),
    ]
