"""The same kind of page of another site: what the site switcher leads to."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request

from viewer.access.person import Person
from viewer.http.urls import Urls, path_below

# Kinds of pages that every site has: first part of the path below the site → the role that it needs there.
SHARED = {
    "overview": "viewer",
    "pages": "viewer",
    "events": "viewer",
    "forms": "viewer",
    "experiments": "viewer",
    "goals": "viewer",
    "journeys": "viewer",
    "segments": "viewer",
    "surveys": "viewer",
    "reports": "viewer",
    "states": "viewer",
    "offsite": "viewer",
    "settings": "viewer",
    "": "viewer",  # the set-up
    "people": "owner",
    "privacy": "viewer",
    "mail": "viewer",
    "activity": "viewer",
    "shares": "editor",
    "sign-in": "editor",
    "own-browser": "editor",
    "erasing": "owner",
}
# What belongs to one site only leads to the pages that it is found among.
WITHIN = {
    "heatmap": "pages",
    "report": "pages",
    "compare": "pages",
    "pictures": "pages",
    "picture-history": "pages",
    "groups": "pages",
    "zones": "pages",
    "matching": "pages",
    "counts": "overview",
    "import-journey": "journeys",
    "their-journey": "journeys",
}
PERIOD = ("days", "since", "until", "device")  # kept: they mean the same on every site


def same_place(urls: Urls, request: Request, who: Person, site: str) -> str:
    """The address of the same kind of page of a site; its overview if the person may not see that page there."""
    top, _, rest = path_below(request.scope).strip("/").partition("/")
    first = rest.partition("/")[2].partition("/")[0] if top == "sites" and rest not in ("", "new") else "overview"
    place = WITHIN.get(first, first)
    if place not in SHARED or not who.on(site).may(SHARED[place]):
        return urls.overview(site)
    kept = urlencode([(name, request.query_params[name]) for name in PERIOD if name in request.query_params])
    return urls.site(site) + (f"/{place}" if place else "") + (f"?{kept}" if kept else "")
