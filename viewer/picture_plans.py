"""From pictures as somebody asks for them to requests for the camera, or to a link for one's own browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from rules.page import address_meant
from rules.question import PICTURE
from rules.resolve import Known
from store.pages import NotAPage, canonical_page
from store.records import Site
from store.snapshots import Snapshot
from viewer.http.errors import Problem
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.retakes import requests_of
from viewer.snapshot.request import PictureRequest


@dataclass(frozen=True)
class AskedPictures:
    """Pictures of one address, with the names that people use.

    `url`: an http(s) address, `host/path`, or `/path` on the site's own host. `page`: the canonical page to file them
    under; "" = that of the address. `every`: the page as it opens, and each of its states.
    """

    url: str
    widths: tuple[int, ...]  # CSS px
    variant: str = ""  # EXPERIMENT:KEY
    state: str = ""  # key or name
    page: str = ""
    every: bool = False


class PicturePlans:
    """Resolves what is asked against the variants and states of the site."""

    def __init__(self, questions: Questions, registry: Registry) -> None:
        self._questions = questions
        self._registry = registry

    async def requests(self, known: Known, asked: AskedPictures) -> list[PictureRequest]:
        """One request, or with `every` one for the page as it opens and one for each state.

        NotAPage if the address cannot be read; Problem if the variant or the state does not exist.
        """
        url = await self._address(known, asked.url)
        own = canonical_page(url, known.site.keep_query)
        named = {"page": asked.page, "variant": asked.variant}
        question = (await self._questions.resolve(known, named, PICTURE)).checked()
        planned = await self._registry.planned_pictures(
            known.site, question.page or own, asked.widths, asked.state, every=asked.every
        )
        variant = "=".join(question.variant or ())
        return [PictureRequest(known.site, url, one.widths, variant, one.recipe, question.page) for one in planned]

    async def _address(self, known: Known, text: str) -> str:
        """The address to load: `text`, or what `/path` or `host/path` means on this site."""
        if "://" in text or "/" not in text:
            return text
        asked = await self._questions.resolve(known, {"page": text}, PICTURE)
        for fault in asked.faults:
            raise NotAPage(replace(fault, field="").sentence.rstrip("."))
        taken = [snapshot.url for snapshot in known.snapshots if snapshot.url]
        return address_meant(known.site, text, asked.question.page, taken)

    async def again(self, site: Site, snapshots: Sequence[Snapshot]) -> list[PictureRequest]:
        """Requests for the same pictures again, each at its own width. Those of one address are one request.

        Problem 422 if none of their states is defined any more.
        """
        found = await self._registry.read(partial(requests_of, site=site, pictures=snapshots))
        if not found:
            raise Problem(
                422,
                "no_state",
                "The state of this picture is not defined any more, or not at its width.",
                "Define the state and its steps first.",
            )
        return found
