"""What the address of a gallery chooses beside the question: groups or addresses, their order, and which of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rules.question import SITE, Asks, Question
from viewer.http.parameters import choice, number
from viewer.pages.map.links import address

GALLERY = Asks(("page", *SITE.names))  # `page`: only the addresses of a group or pattern
MOST_SKIPPED = 100_000_000

Show = Literal["groups", "pages", "ungrouped"]
Sort = Literal["visitors", "frustrated", "rising", "name"]
Only = Literal["", "attention", "unpictured"]
Form = Literal["pictures", "table"]

SHOWS: tuple[Show, ...] = ("groups", "pages", "ungrouped")
SORTS: tuple[Sort, ...] = ("visitors", "frustrated", "rising", "name")
ONLY: tuple[Only, ...] = ("", "attention", "unpictured")
FORMS: tuple[Form, ...] = ("pictures", "table")


@dataclass(frozen=True)
class GalleryView:
    """`usual`: what is shown if the address does not say: groups, if the site has some."""

    action: str
    question: Question
    usual: Show = "pages"
    show: Show = "pages"
    sort: Sort = "visitors"
    only: Only = ""
    form: Form = "pictures"
    search: str = ""
    skipped: int = 0

    @property
    def extra(self) -> dict[str, str]:
        """The parameters beside those of the question, without defaults."""
        pairs = {
            "show": self.show if self.show != self.usual else "",
            "sort": self.sort if self.sort != SORTS[0] else "",
            "only": self.only,
            "as": self.form if self.form != FORMS[0] else "",
            "search": self.search,
            "offset": str(self.skipped or ""),
        }
        return {name: value for name, value in pairs.items() if value}

    @property
    def first_part(self) -> GalleryView:
        return replace(self, skipped=0)

    @property
    def plain(self) -> bool:
        """Whether the list begins at its first page and nothing is searched or left out."""
        return not (self.search or self.skipped or self.only or self.question.page)

    def to(self, **change: object) -> str:
        """The address of the gallery with something changed, from its first page on."""
        view: GalleryView = replace(self, **{"skipped": 0, **change})  # type: ignore[arg-type]
        return address(view.action, view.question.query() | view.extra)


def view_of(action: str, question: Question, query: Mapping[str, str], *, has_groups: bool) -> GalleryView:
    """The view of an address. Problem 400 for a choice that does not exist, or an `offset` that is no number."""
    search = query.get("search", "").strip()
    usual: Show = "groups" if has_groups and not (search or question.page) else "pages"
    return GalleryView(
        action=action,
        question=question,
        usual=usual,
        show=choice(query, "show", SHOWS, usual),
        sort=choice(query, "sort", SORTS, SORTS[0]),
        only=choice(query, "only", ONLY, ""),
        form=choice(query, "as", FORMS, FORMS[0]),
        search=search,
        skipped=number(query, "offset", 0, MOST_SKIPPED) or 0,
    )
