"""The request of a stored job, with the site and the steps as they are defined now."""

from __future__ import annotations

from store.definitions import Definitions
from store.jobs import StoredRequest
from store.pages import canonical_page
from store.records import Site
from viewer.snapshot.request import PictureRequest
from viewer.states import planned_pictures


def restored(definitions: Definitions, stored: StoredRequest) -> PictureRequest:
    """Raises Missing if the site is gone, Problem if the state is gone or no longer has these widths."""
    site = definitions.get(Site, stored.site)
    page = stored.page or canonical_page(stored.url, site.keep_query)
    planned = planned_pictures(definitions, site, page, stored.widths, stored.state)[0]
    return PictureRequest(site, stored.url, planned.widths, stored.variant, planned.recipe, stored.page)
