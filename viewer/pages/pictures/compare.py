"""An old and a new picture of a page: side by side or under a movable edge, with what differs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.changes import STILL, ChangedElement
from store.snapshots import Snapshot
from viewer.drawing.difference import CELL
from viewer.http.errors import bad_parameter
from viewer.http.urls import Urls
from viewer.pages.frame import charts
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.map.elements import shown_name
from viewer.pages.map.picture import DrawnPicture, Strips, drawn_picture
from viewer.pages.pictures.history import series_title
from viewer.picture_changes import PictureChanges, PictureComparison, series_of
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots

VIEWS = ("side", "swipe")
LISTED = 60  # changed elements


@dataclass(frozen=True)
class ComparedPicture:
    """One of the two pictures. `highlight`: how tall the image of the differences is on it, as a CSS length."""

    title: str
    moment: str
    size: str
    picture: DrawnPicture
    highlight: str


@dataclass(frozen=True)
class ElementChange:
    """A row of the table: an element and what happened to it."""

    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ComparePicturesPage(Page):
    """Two pictures of a page, `/sites/3/picture-history/compare?old=721390421760&new=721390421761&view=swipe`."""

    template = "pictures/compare.html"
    docs = "pictures"
    of_page: str = doc("The canonical page, and which of its pictures")
    view: str = doc("side or swipe")
    views: list[Choice] = doc("The two views, as links")
    olds: list[Choice] = doc("The pictures that can be the old one")
    news: list[Choice] = doc("The pictures that can be the new one")
    pictures: list[ComparedPicture] = doc("The old and the new picture")
    highlight: str = doc("Address of the image of the differences")
    verdict: tuple[str, str] = doc("How much differs, and where")
    height: str = doc("How the heights differ")
    counted: str = doc("How many elements were added, removed and moved")
    elements: list[ElementChange] = doc("The changed elements from the top down")
    others: str = doc("How many more changed than are listed; empty: none")
    history_href: str = doc("All pictures of the page")


async def show(
    request: Request,
    *,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    snapshots: SiteSnapshots,
    changes: PictureChanges,
) -> Response:
    """GET `old`, `new` (ids of pictures) and `view`."""
    site, query = await registry.site(request), request.query_params
    view = query.get("view", VIEWS[0])
    if view not in VIEWS:
        raise bad_parameter("view", f"{view[:100]!r} is not a view.", ", ".join(VIEWS))
    found = await changes.between(site, query.get("old", ""), query.get("new", ""))
    old, new = found.old, found.new
    frame = await frames.of(request, "pages", site)
    lang, address = frame.lang, partial(urls.compare_pictures, site.id)
    series = [one for one in await snapshots.history(site, old.page) if series_of(one) == series_of(old)]
    names = {state.key: state.name for state in await registry.states(site)}
    words = {"side": lang.text("Side by side"), "swipe": lang.text("Swipe")}
    sides = [
        _compared(lang, urls, site.id, side, found)
        for side in (
            (lang.text("Old"), old, found.strips[0]),
            (lang.text("New"), new, found.strips[1]),
        )
    ]
    page = ComparePicturesPage(
        frame=frame,
        title=lang.text("Old and new picture"),
        of_page=f"{old.page}, {series_title(lang, old, names)}",
        view=view,
        views=[Choice(words[one], address(old.id, new.id, view=one), one == view) for one in VIEWS],
        olds=[
            Choice(lang.moment(one.taken), address(one.id, new.id, view=view), one.id == old.id)
            for one in series
            if _before(one, new)
        ],
        news=[
            Choice(lang.moment(one.taken), address(old.id, one.id, view=view), one.id == new.id)
            for one in series
            if _before(old, one)
        ],
        pictures=sides,
        highlight=urls.difference(site.id, old.id, new.id),
        verdict=_verdict(lang, found),
        height=_height(lang, *(side.picture for side in sides)),
        counted=_counted(lang, found),
        elements=[_element(lang, one, found) for one in found.elements[:LISTED]],
        others=_others(lang, len(found.elements) - LISTED),
        history_href=urls.picture_history(site.id, page=old.page),
    )
    return answer(request, page)


def _before(one: Snapshot, other: Snapshot) -> bool:
    return (one.taken, one.id) < (other.taken, other.id)


def _compared(
    lang: Language, urls: Urls, site: str, side: tuple[str, Snapshot, Strips], found: PictureComparison
) -> ComparedPicture:
    title, snapshot, strips = side
    picture = drawn_picture(urls, site, snapshot, strips, None)
    size = lang.text("%(w)s × %(h)s px", w=lang.number(snapshot.width), h=lang.number(picture.height))
    highlight = charts.percent(len(found.cells) * CELL / picture.height)
    return ComparedPicture(title, lang.moment(snapshot.taken), size, picture, highlight)


def _verdict(lang: Language, found: PictureComparison) -> tuple[str, str]:
    """What the comparison of pixels says, and how to read it."""
    _, share = lang.text, found.share
    if not share:
        return _("The two pictures look the same."), ""
    shown = f"< {lang.share(0.001)}" if share < 0.001 else lang.share(share)
    return (
        _("%(share)s of the picture's area differs.", share=shown),
        _("Pixels are compared at the same place: what was inserted also changes everything below it."),
    )


def _height(lang: Language, old: DrawnPicture, new: DrawnPicture) -> str:
    _, grown = lang.text, new.height - old.height
    if not grown:
        return _("the same")
    px = lang.number(abs(grown))
    return _("the new one is %(px)s px taller", px=px) if grown > 0 else _("the new one is %(px)s px shorter", px=px)


def _counted(lang: Language, found: PictureComparison) -> str:
    n = Counter(one.way for one in found.elements)
    if not n:
        return lang.text("none changed")
    counts = {way: lang.number(n[way]) for way in ("added", "removed", "moved")}
    return lang.text("%(added)s added, %(removed)s removed, %(moved)s moved", **counts)


def _element(lang: Language, one: ChangedElement, found: PictureComparison) -> ElementChange:
    layout, at = (found.before, one.old) if one.way == "removed" else (found.after, one.new)
    name = shown_name(lang, layout.names[at], layout.paths[at])
    _ = lang.text
    match one.way:
        case "added":
            words = _("added at %(y)s px", y=lang.number(float(layout.y[at])))
        case "removed":
            words = _("removed, was at %(y)s px", y=lang.number(float(layout.y[at])))
        case "moved":
            words = _moved(lang, one)
    return ElementChange(name, words)


def _moved(lang: Language, one: ChangedElement) -> str:
    _ = lang.text
    ways = []
    if abs(one.down) > STILL:
        px = lang.number(abs(one.down))
        ways.append(_("%(px)s px down", px=px) if one.down > 0 else _("%(px)s px up", px=px))
    if abs(one.right) > STILL:
        px = lang.number(abs(one.right))
        ways.append(_("%(px)s px to the right", px=px) if one.right > 0 else _("%(px)s px to the left", px=px))
    return _("moved %(ways)s", ways=", ".join(ways))


def _others(lang: Language, n: int) -> str:
    return lang.plural("And %(num)s more element.", "And %(num)s more elements.", n) if n > 0 else ""
