"""Definitions found by their id or name. Every function queries the store: run them in threads."""

from __future__ import annotations

import re
import unicodedata

from store.definitions import Definitions, Missing
from store.records import Experiment, Journey, Site
from viewer.http.errors import missing


def find_site(definitions: Definitions, name: str) -> Site:
    """The site with this id or name; Problem 404 names what was asked for. Queries: run it in a thread."""
    try:
        return definitions.get(Site, name)
    except Missing:
        pass
    found = definitions.find(Site, name=name)
    if not found:
        raise missing("site", name, "`parcours site list` or GET /api/v1/sites lists them.")
    return found[0]


def find_experiment(definitions: Definitions, site: Site, name: str) -> Experiment:
    """The site's experiment with this id or name, or Problem 404."""
    found = definitions.find(Experiment, site=site.id)
    for experiment in found:
        if experiment.id == name:
            return experiment
    for experiment in found:
        if experiment.name == name:
            return experiment
    known = ", ".join(e.id for e in found) or "none yet"
    raise missing("experiment", name, f"Experiments of {site.name}: {known}.")


def find_journey(definitions: Definitions, site: Site, name: str) -> Journey:
    """The site's journey with this id or name, or Problem 404."""
    found = definitions.find(Journey, site=site.id)
    for journey in [j for j in found if j.id == name] + [j for j in found if j.name == name]:
        return journey
    known = ", ".join(j.name for j in found) or "none yet"
    raise missing("journey", name, f"Journeys of {site.name}: {known}.")


def slug(name: str) -> str:
    """An id from a name: `Buy button, blue` → `buy-button-blue`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48] or "x"
