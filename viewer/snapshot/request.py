"""What a picture is taken of."""

from __future__ import annotations

from dataclasses import dataclass, field

from rules.recipe import Recipe
from store.records import Site


@dataclass(frozen=True)
class PictureRequest:
    """The pictures of one address: one for each width. `page` is the canonical page they are filed under."""

    site: Site
    url: str
    widths: tuple[int, ...]  # CSS px
    variant: str = ""  # "experiment=variant"
    recipe: Recipe = field(default_factory=Recipe)  # the steps to do first, and the state they lead to
    page: str = ""  # '' = the page of `url`
