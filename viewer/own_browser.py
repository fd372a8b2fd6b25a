"""Pictures that people take in their own browser: a signed link to the page, good for one picture."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from urllib.parse import urlsplit

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from rules.domains import in_domains
from rules.find import NotFound, site_of
from store.definitions import Definitions, Missing
from store.notes import note
from store.pages import NotAPage, canonical_page
from store.records import Site
from store.snapshots import Snapshot, Snapshots, new_id
from viewer.http.errors import Problem
from viewer.snapshot.addresses import port_of
from viewer.snapshot.limits import Limits
from viewer.snapshot.request import PictureRequest
from viewer.snapshot.uploaded import SCROLL_BAR, Piece, picture_of, read_layout

LINK_SECONDS = 30 * 60
FRAGMENT = "#parcours-snapshot="  # as in tracker_js/src/main.js


@dataclass(frozen=True)
class Invitation:
    """One picture that somebody may send. `snapshot` is the id that it will have."""

    site: str
    url: str
    page: str
    width: int  # CSS px of the window
    variant: str  # "" or "experiment=variant"
    state: str
    language: str
    snapshot: int


def invite(wanted: PictureRequest, language: str) -> Invitation:
    """An invitation, with a new id, to the first width of the request. Problem 422 if its address is not the site's."""
    site, parts = wanted.site, urlsplit(wanted.url)
    if not in_domains(parts.hostname or "", port_of(parts), site.domains):
        raise Problem(422, "address", f"{parts.netloc} is not one of the domains of {site.name}.")
    page = wanted.page or canonical_page(wanted.url, site.keep_query)
    return Invitation(
        site.id, wanted.url, page, wanted.widths[0], wanted.variant, wanted.recipe.state, language, new_id()
    )


class OwnBrowser:
    """Signs and reads links, and saves what comes back. `done` is called after a picture was saved. Blocks."""

    def __init__(self, secret: bytes, definitions: Definitions, snapshots: Snapshots, done: Callable[[], None]) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="parcours own browser")
        self._definitions = definitions
        self._snapshots = snapshots
        self._done = done
        self._one_at_a_time = threading.Lock()  # a decoded image takes up to 200 MB

    def link(self, invitation: Invitation) -> str:
        """The address to open. Whoever has it can send this one picture within LINK_SECONDS."""
        return f"{invitation.url}{FRAGMENT}{self._signer.dumps(astuple(invitation))}"

    def read(self, token: str) -> Invitation:
        """The invitation of a link. Problem 403 if it is forged, 410 if it is too old or was used."""
        again = "Ask for a new link in Parcours."
        try:
            invitation = Invitation(*self._signer.loads(token[:8_000], max_age=LINK_SECONDS))
        except SignatureExpired:
            raise Problem(410, "link_expired", "This link has expired.", again) from None
        except (BadSignature, ValueError, TypeError):
            raise Problem(403, "link_forged", "This link was not made by Parcours, or it is damaged.", again) from None
        if self.arrived(invitation.snapshot):
            raise Problem(410, "link_used", "This link was used already.", again)
        return invitation

    def arrived(self, snapshot: int) -> Snapshot | None:
        """The picture of an invitation, once it has been sent."""
        try:
            return self._snapshots.get(snapshot)
        except Missing:
            return None

    def check(self, invitation: Invitation, origin: str, url: str, width: int) -> Site:
        """Problem unless the page in the browser is the one of the invitation, in a window of its width."""
        try:
            site = site_of(self._definitions, invitation.site)
        except NotFound:
            raise Problem(404, "no_site", "This site was deleted.") from None
        parts = urlsplit(origin)
        if origin and not in_domains(parts.hostname or "", port_of(parts), site.domains):
            raise Problem(403, "origin", f"{origin[:100]} is not one of the domains of {site.name}.")
        try:
            here, wanted = (canonical_page(one, site.keep_query) for one in (url, invitation.url))
        except NotAPage as error:
            raise Problem(422, "other_page", str(error)) from None
        if here != wanted:
            hint = "Sign in if the page asks for it, then open the link again."
            raise Problem(422, "other_page", f"This is {here}, but the picture is for {wanted}.", hint)
        if abs(width - invitation.width) > SCROLL_BAR:
            raise Problem(
                422, "window", f"This window is {width:,} px wide, but the picture is for {invitation.width:,} px.",
                "Open the page in a window of that width.",
            )  # fmt: skip
        return site

    def save(self, invitation: Invitation, layout: bytes, pieces: Sequence[Piece]) -> Snapshot:
        """Check and store the picture. SnapshotError (upload) if it cannot be used, Problem 410 if one was stored."""
        uploaded, checked = read_layout(layout)
        with self._one_at_a_time:
            self._unused(invitation)
            strips = picture_of(checked, pieces, Limits())
            snapshot = Snapshot(
                id=invitation.snapshot,
                site=int(invitation.site),
                page=invitation.page,
                width=invitation.width,
                variant=invitation.variant,
                state=invitation.state,
                url=invitation.url,
                taken=time.time_ns() // 1_000_000,
                height=checked.height,
                viewport_h=checked.viewport_h,
                title=uploaded.title[:300],
                warnings=(note("own_browser"),),
            )
            self._snapshots.save(snapshot, checked, strips)
        self._done()
        return snapshot

    def _unused(self, invitation: Invitation) -> None:
        if self.arrived(invitation.snapshot):
            raise Problem(410, "link_used", "This link was used already.", "Ask for a new link in Parcours.")
