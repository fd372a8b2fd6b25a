"""Who changed what on a site, or on every site that the reader sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from store.activity import ActivityCount, ActivityEntry, ActivityFilter
from store.records import Site
from viewer.access.person import Person, signed_in
from viewer.activity import PAGE, Activity, ActivityPage
from viewer.http.parameters import number
from viewer.http.urls import Urls
from viewer.pages.activity.words import ActivitySentence, ActivityWords, Labels, author_name, kind_name
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.settings_bar import settings_bar
from viewer.registry import Registry
from viewer.work import Work

EVERY_SITE = "every"
NOBODY = "-"  # in an address: what this server did by itself
MOST_PARTS = 20_000


@dataclass(frozen=True)
class ActivityRow:
    """One entry. `site`: its site, where entries of several are listed."""

    when: str
    who: str
    what: ActivitySentence
    site: str


@dataclass(frozen=True)
class ActivityView:
    """What the address asks to list. `author`, `kind` "": all; `every`: of every site; `number`: the page, from 1."""

    author: str
    kind: str
    every: bool
    number: int

    @property
    def filter(self) -> ActivityFilter:
        author = None if not self.author else "" if self.author == NOBODY else self.author
        return ActivityFilter(author, (self.kind,) if self.kind else ())

    @property
    def query(self) -> dict[str, str]:
        return {"who": self.author, "kind": self.kind, "of": EVERY_SITE if self.every else ""}


@dataclass(frozen=True, kw_only=True)
class ActivityLogPage(Page):
    """Who changed what, `/sites/3/activity`."""

    template = "activity/activity.html"
    docs = "people#activity"
    settings: list[Choice] = doc("The pages of the site's settings")
    action: str = doc("Where the form of the filters leads")
    people: list[Choice] = doc("Whose entries are listed; `href` is the value")
    kinds: list[Choice] = doc("Entries of what are listed; `href` is the value")
    scopes: list[Choice] = doc("Of which sites; `href` is the value. Empty for a reader of one site")
    filtered: bool = doc("Whether a filter is set")
    rows: tuple[ActivityRow, ...] = doc("The entries, the newest first")
    line: str = doc("Which of how many entries these are")
    earlier: str = doc("Address of the page with newer entries; empty on the first")
    later: str = doc("Address of the page with older entries; empty on the last")
    csv: str = doc("Address of the whole list as a file")
    note: str = doc("What the reader does not see of it")


class ActivityRenderer:
    """Renders the page. `labels`: the labels of each kind's form."""

    def __init__(self, frames: Frames, registry: Registry, activity: Activity, work: Work, labels: Labels) -> None:
        self._frames = frames
        self._registry = registry
        self._activity = activity
        self._work = work
        self._labels = labels

    async def answer(self, request: Request, site: Site) -> Response:
        frame, urls, who = await self._frames.of(request, "setup", site), self._frames.urls, signed_in(request)
        lang, view = frame.lang, _view(request)
        read = self._activity.page
        found = await self._work.run(read, who, view.filter, view.number, PAGE, "" if view.every else site.id)
        sites = {one.id: one.name for one in await self._registry.sites() if who.sees(one.id)}
        words = ActivityWords(lang, urls, who, sites, self._labels)
        page = ActivityLogPage(
            frame=frame,
            title=lang.text("Activity"),
            settings=settings_bar(lang, urls, site, who, "activity"),
            action=urls.activity(site.id),
            people=_people(lang, found.counts, view.author),
            kinds=_kinds(lang, found.counts, view.kind),
            scopes=_scopes(lang, site, view.every) if len(sites) > 1 or who.role == "owner" else [],
            filtered=bool(view.author or view.kind or view.every),
            rows=tuple(_row(lang, words, sites, one, every=view.every) for one in found.entries),
            line=_line(lang, view, found),
            earlier=urls.activity(site.id, **view.query, part=view.number - 1) if view.number > 1 else "",
            later=urls.activity(site.id, **view.query, part=view.number + 1)
            if found.total > view.number * PAGE
            else "",
            csv=_csv(urls, site, view),
            note=_note(lang, who),
        )
        return answer(request, page)


async def show(request: Request, *, registry: Registry, renderer: ActivityRenderer) -> Response:
    """GET lists it."""
    return await renderer.answer(request, await registry.site(request))


def _view(request: Request) -> ActivityView:
    query = request.query_params
    wanted = number(query, "part", 1, MOST_PARTS) or 1
    return ActivityView(query.get("who", ""), query.get("kind", ""), query.get("of") == EVERY_SITE, wanted)


def _people(lang: Language, counts: Sequence[ActivityCount], chosen: str) -> list[Choice]:
    names = sorted(
        {one.author for one in counts} | ({chosen} - {"", NOBODY}), key=lambda one: (not one, one.casefold())
    )
    values = [(name or NOBODY, author_name(lang, name)) for name in names]
    return [Choice(lang.text("Everybody"), "", not chosen), *(Choice(n, v, v == chosen) for v, n in values)]


def _kinds(lang: Language, counts: Sequence[ActivityCount], chosen: str) -> list[Choice]:
    kinds = {one.kind for one in counts} | ({chosen} - {""})
    named = sorted((kind_name(lang, kind), kind) for kind in kinds)
    return [Choice(lang.text("Everything"), "", not chosen), *(Choice(n, k, k == chosen) for n, k in named)]


def _scopes(lang: Language, site: Site, every: bool) -> list[Choice]:
    return [Choice(site.name, "", not every), Choice(lang.text("Every site"), EVERY_SITE, every)]


def _row(
    lang: Language, words: ActivityWords, sites: dict[str, str], entry: ActivityEntry, *, every: bool
) -> ActivityRow:
    names = [sites[one] for one in entry.sites if one in sites] if every else []
    return ActivityRow(lang.moment(entry.time), words.author(entry), words.sentence(entry), ", ".join(names))


def _line(lang: Language, view: ActivityView, found: ActivityPage) -> str:
    first = (view.number - 1) * PAGE + 1
    if not found.entries:
        return ""
    last = first + len(found.entries) - 1
    first_last = {"first": lang.number(first), "last": lang.number(last)}
    return lang.plural(
        "%(first)s to %(last)s of %(num)s entry", "%(first)s to %(last)s of %(num)s entries", found.total, **first_last
    )


def _csv(urls: Urls, site: Site, view: ActivityView) -> str:
    query = {"who": view.author, "kind": view.kind, "format": "csv"}
    return urls.api("activity", **query) if view.every else urls.api("sites", site.id, "activity", **query)


def _note(lang: Language, who: Person) -> str:
    if who.role == "owner":
        return ""
    if who.may("owner"):
        return lang.text("Sign-ins and API tokens are seen by owners of every site only.")
    return lang.text("Who has which role, exports and erasures are seen by owners only.")
