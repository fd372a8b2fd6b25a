"""The picture history of a page: all its pictures by width, variant and state. Editors retake and delete them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response

from store.records import Site
from store.snapshots import Snapshot
from viewer.access.person import signed_in
from viewer.http.errors import Problem
from viewer.http.urls import Urls
from viewer.page_changes import PageChanges
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.map.changed import ChangeNote, change_note
from viewer.pages.map.picture_notes import stored_words
from viewer.pages.pictures.schedule import ScheduleNote, schedule_note
from viewer.registry import Registry
from viewer.retakes import RetakeReader
from viewer.site_snapshots import SiteSnapshots


@dataclass(frozen=True)
class PastPicture:
    """One picture of a page; `thumb` is the address of its top strip. `compare`: "" for the newest."""

    id: int
    moment: str
    thumb: str
    notes: tuple[str, ...]
    chosen: bool = False
    compare: str = ""  # address of its comparison with the newest
    changed: ChangeNote | None = None  # what has changed since, of the picture that maps use


@dataclass(frozen=True)
class PictureSeries:
    """The pictures of one width, variant and state, the newest first.

    `retake`: id of the picture that is taken again; empty if its state does not exist any more.
    """

    title: str
    pictures: tuple[PastPicture, ...]
    retake: str


@dataclass(frozen=True, kw_only=True)
class PictureHistoryPage(Page):
    """All pictures of a page, `/sites/3/picture-history?page=shop.example/basket`."""

    template = "pictures/history.html"
    docs = "pictures#the-pictures-of-a-page"
    of_page: str = doc("The canonical page")
    schedule: ScheduleNote = doc("When they are taken again, and how many are kept")
    series: list[PictureSeries] = doc("Its pictures by width, variant and state")
    editor: bool = doc("Whether the person may retake and delete pictures")
    here: str = doc("Address of this page; forms that choose and delete post to it")
    retake_action: str = doc("Where forms that retake post to")
    map_href: str = doc("The map of the page")


async def show(
    request: Request,
    *,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    snapshots: SiteSnapshots,
    changes: PageChanges,
    retakes: RetakeReader,
) -> Response:
    """GET: the pictures of the page that the query names."""
    site, page = await registry.site(request), request.query_params.get("page", "")
    frame = await frames.of(request, "pages", site)
    found = await snapshots.history(site, page)
    chosen = await snapshots.chosen(site)
    changed = {
        picture.id: note
        for picture, change in await changes.of(site, page)
        if (note := change_note(frame.lang, change))
    }
    plan = await retakes.of(site, int(time.time() * 1000))
    names = {state.key: state.name for state in await registry.states(site)}
    return answer(
        request,
        PictureHistoryPage(
            frame=frame,
            title=frame.lang.text("Pictures of this page"),
            of_page=page,
            schedule=schedule_note(frame.lang, urls, plan, page),
            series=[
                _with_changes(
                    _series(frame.lang, urls, site, [(one, one.id in chosen) for one in group], names), changed
                )
                for _, group in groupby(found, lambda one: (one.width, one.variant, one.state))
            ],
            editor=signed_in(request).may("editor"),
            here=urls.picture_history(site.id, page=page),
            retake_action=urls.retake(site.id),
            map_href=urls.heatmap(site.id, page=page),
        ),
    )


async def change(request: Request, *, registry: Registry, urls: Urls, snapshots: SiteSnapshots) -> Response:
    """POST `picture` and `do`: `choose` it for maps, use the `newest` of its series again, or `delete` it."""
    site = await registry.site(request)
    form = await request.form()
    picture, do = str(form.get("picture", "")), str(form.get("do", ""))
    if do == "delete":
        snapshot = await snapshots.delete(site, picture)
    elif do in ("choose", "newest"):
        snapshot = await snapshots.choose(site, picture, newest=do == "newest")
    else:
        raise Problem(400, "bad_parameter", f"A picture cannot be changed by {do!r}.")
    return go(urls.picture_history(site.id, page=snapshot.page))


def series_title(lang: Language, snapshot: Snapshot, state_names: Mapping[str, str]) -> str:
    """What the pictures of a series have in common: width, variant, state. `state_names`: key → name."""
    parts = (f"{lang.number(snapshot.width)} px", snapshot.variant, state_names.get(snapshot.state, snapshot.state))
    return ", ".join(part for part in parts if part)


def _with_changes(series: PictureSeries, changed: Mapping[int, ChangeNote]) -> PictureSeries:
    pictures = tuple(replace(picture, changed=changed.get(picture.id)) for picture in series.pictures)
    return replace(series, pictures=pictures)


def _series(
    lang: Language, urls: Urls, site: Site, found: list[tuple[Snapshot, bool]], state_names: dict[str, str]
) -> PictureSeries:
    newest, _ = found[0]
    return PictureSeries(
        title=series_title(lang, newest, state_names),
        pictures=tuple(
            PastPicture(
                one.id,
                lang.moment(one.taken),
                urls.strip(site.id, one.id, 0),
                tuple(stored_words(lang, note) for note in one.warnings),
                is_chosen,
                urls.compare_pictures(site.id, one.id, newest.id) if one.id != newest.id else "",
            )
            for one, is_chosen in found
        ),
        retake=str(newest.id) if not newest.state or newest.state in state_names else "",
    )
