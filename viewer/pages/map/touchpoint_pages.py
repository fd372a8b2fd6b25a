"""Which page of a touchpoint a map shows, how many of the touchpoint's visitors were on it, and its other pages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import name_of
from viewer.touchpoint_pages import TouchpointPages


@dataclass(frozen=True)
class TouchpointPageLine:
    """`words`: `Basket, page 1 of 3: 412 of 530 visitors on its pages`; `pages`: the same map of each."""

    words: str
    pages: tuple[Choice, ...]


def touchpoint_page_line(
    lang: Language, links: Links, names: dict[str, str], found: TouchpointPages | None
) -> TouchpointPageLine | None:
    """The line of a map of one set of visitors, or of two, A and B; None for a touchpoint of one page. `names`: of the
    pages; `links`: to the map that is shown."""
    if found is None:
        return None
    question, number = links.question, lang.number
    at = found.pages.index(question.page)
    here = {
        "name": lang.words(found.touchpoint.name, found.touchpoint.key),
        "n": number(at + 1),
        "all": number(len(found.pages)),
    }
    counts = [(number(n), number(of)) for n, of in zip(found.visitors[at], found.of_all, strict=True)]
    if len(counts) == 1:
        ((n, of),) = counts
        words = lang.text(
            "%(name)s, page %(n)s of %(all)s: %(visitors)s of %(of)s visitors on its pages", **here, visitors=n, of=of
        )
    else:
        (a, of_a), (b, of_b) = counts
        words = lang.text(
            "%(name)s, page %(n)s of %(all)s: A %(a)s of %(of_a)s visitors on its pages, B %(b)s of %(of_b)s",
            **here, a=a, of_a=of_a, b=b, of_b=of_b,
        )  # fmt: skip
    pages = tuple(
        Choice(
            name_of(page, names),
            replace(links, question=replace(question, page=page, page_group=None, width=None)).to(),
            page == question.page,
            small=lang.plural("%(num)s visitor", "%(num)s visitors", sum(visitors)),
        )
        for page, visitors in zip(found.pages, found.visitors, strict=True)
    )
    return TouchpointPageLine(words, pages)
