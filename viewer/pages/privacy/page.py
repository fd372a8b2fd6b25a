"""What a site keeps of its visitors: how long, the link of opposition, and the erasure of one visitor."""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from rules import site as rules
from rules.erasure import retention_of, visitor_erasure
from rules.find import stored_of
from rules.retention import KEPT, MONTHS, chosen_days
from store.client import Store
from store.definitions import Definitions
from store.erasure import RETENTION, count_rows
from store.records import Erasure, Site
from store.visitors import consented_visitor, own_id, owners_secret
from store.zones import now_ms
from viewer.access.person import signed_in
from viewer.erasing import Erasing
from viewer.http.urls import Urls
from viewer.pages.forms.fields import number, text
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.settings_bar import settings_bar
from viewer.registry import Registry
from viewer.work import Work


@dataclass(frozen=True)
class RetentionRow:
    """One limit: its choices, and the days that are sent when it is saved."""

    name: str
    label: str
    choices: list[Choice]
    days: int


@dataclass(frozen=True)
class VisitorCount:
    """What is stored of a visitor, before it is erased. `typed`: as the owner names the visitor."""

    typed: str
    rows: int
    words: str


@dataclass(frozen=True)
class ErasureReceipt:
    """An erasure that was asked for, with what it erased."""

    when: str
    by: str
    what: str
    state: str
    is_done: bool


@dataclass(frozen=True, kw_only=True)
class PrivacyPage(Page):
    """How long a site keeps what it knows of visitors, `/sites/3/privacy`."""

    template = "privacy/page.html"
    settings: list[Choice] = doc("The pages of the site's settings")
    name: str = doc("Name of the site")
    rows: list[RetentionRow] = doc("The limits")
    changed: bool = doc("Whether the chosen limits differ from the stored ones")
    loss: str = doc("What the chosen limits erase; empty: nothing")
    version: int = doc("The version of the site that is changed")
    can_edit: bool = doc("Whether the person may change the limits and erase")
    action: str = doc("Where the limits are saved")
    opposition: str = doc("The link of opposition, to copy")
    guide_href: str = doc("The guide")
    record_href: str = doc("The record of processing")
    erasing_href: str = doc("Where a period or a page is erased")
    erase_action: str = doc("Where a visitor is counted and erased")
    counted: VisitorCount | None = doc("The visitor who was counted; None: nobody was asked about")
    done: list[ErasureReceipt] = doc("Erasures, the newest first")
    running: bool = doc("Whether one is not done yet: the page loads itself again")


class PrivacyRenderer:
    """Renders the page, with the limits of its address and the visitor who was counted."""

    def __init__(self, frames: Frames, urls: Urls, erasing: Erasing, store: Store, work: Work) -> None:
        self._frames = frames
        self._urls = urls
        self._erasing = erasing
        self._store = store
        self._work = work

    async def answer(self, request: Request, site: Site, counted: VisitorCount | None = None) -> Response:
        frame = await self._frames.of(request, "setup", site)
        lang, urls, who = frame.lang, self._urls, signed_in(request)
        stored = {name: int(getattr(site, name)) for name in KEPT}
        chosen = chosen_days(request.query_params, stored) if who.may("owner") else stored
        lost = await self._work.run(_loss, self._store, replace(site, **chosen)) if chosen != stored else 0
        found = [one for one in await self._work.run(self._erasing.all) if one.site == site.id]
        done = [_receipt(lang, one) for one in found]
        page = PrivacyPage(
            frame=frame,
            title=lang.text("Privacy"),
            settings=settings_bar(lang, urls, site, who, "privacy"),
            name=site.name,
            rows=_rows(lang, urls, site, chosen),
            changed=chosen != stored,
            loss=lang.plural("%(num)s entry is erased.", "%(num)s entries are erased.", lost) if lost else "",
            version=site.version,
            can_edit=who.may("owner"),
            action=urls.privacy(site.id),
            opposition=urls.absolute(urls.oppose(site.key)),
            guide_href=urls.privacy_help(),
            record_href=urls.privacy_help("record"),
            erasing_href=urls.erasing(site.id) if who.may("owner") else "",
            erase_action=urls.erase_visitor(site.id) + "#erase",
            counted=counted,
            done=done,
            running=counted is None and any(not one.is_done for one in done),
        )
        return answer(request, page)


async def show(request: Request, *, registry: Registry, renderer: PrivacyRenderer) -> Response:
    """GET shows it, with the limits that its address chooses."""
    return await renderer.answer(request, await registry.site(request))


async def save(request: Request, *, registry: Registry, urls: Urls) -> Response:
    """POST saves the limits. InvalidDefinition if they have faults, Conflict if somebody changed the site since."""
    typed, site = await request.form(), await registry.site(request)
    fields = {name: number(text(typed, name)) for name in (*KEPT, "version") if name in typed}
    stored = stored_of(await registry.find(Site, site.id))
    await registry.change(lambda definitions: rules.change(definitions, stored, fields, signed_in(request).name))
    return go(urls.privacy(site.id))


async def visitor(
    request: Request,
    *,
    registry: Registry,
    renderer: PrivacyRenderer,
    erasing: Erasing,
    definitions: Definitions,
    work: Work,
    urls: Urls,
) -> Response:
    """POST counts what is stored of a visitor, or erases it if that was confirmed."""
    typed, site, who = await request.form(), await registry.site(request), signed_in(request)
    name = text(typed, "visitor")[:200]
    if not name:
        return go(urls.privacy(site.id) + "#erase")

    def wanted() -> Erasure:
        return visitor_erasure(site, visitor_number(owners_secret(definitions), site, name), now_ms())

    asked = replace(await work.run(wanted), by=who.name)
    if text(typed, "do") == "erase":
        await work.run(erasing.submit, asked)
        return go(urls.privacy(site.id) + "#done")
    rows = await work.run(count_rows, definitions.store, asked)
    words = ", ".join(f"{table} {count}" for table, count in rows.items() if count)
    return await renderer.answer(request, site, VisitorCount(name, sum(rows.values()), words))


def visitor_number(secret: bytes, site: Site, name: str) -> int:
    """The visitor meant by 16 hexadecimal digits, as exports show them, or else by the owner's own id."""
    if re.fullmatch(r"[0-9a-fA-F]{16}", name):
        return int(name, 16)
    return consented_visitor(secret, int(site.id), own_id(name))


def _loss(store: Store, changed: Site) -> int:
    erasure = retention_of(changed, now_ms())
    return sum(count_rows(store, erasure).values()) if erasure else 0


def _rows(lang: Language, urls: Urls, site: Site, chosen: dict[str, int]) -> list[RetentionRow]:
    _ = lang.text
    labels = (_("Visits and clicks"), _("Events and form fields"), _("Pictures of pages"))
    found = []
    for name, label in zip(KEPT, labels, strict=True):
        offered = [(lang.plural("%(num)s month", "%(num)s months", n), days) for n, days in MONTHS.items()]
        if chosen[name] not in (0, *MONTHS.values()):
            offered.append((lang.plural("%(num)s day", "%(num)s days", chosen[name]), chosen[name]))
        choices = [
            Choice(words, urls.privacy(site.id, **{**chosen, name: days}), days == chosen[name])
            for words, days in (*offered, (_("no limit"), 0))
        ]
        found.append(RetentionRow(name, label, choices, chosen[name]))
    return found


def _receipt(lang: Language, one: Erasure) -> ErasureReceipt:
    _ = lang.text
    what = _("a period or a page")
    if one.id.startswith(RETENTION):
        what = _("older than the limits of the site")
    elif one.visitor:
        what = _("a visitor")
    elif one.sender:
        what = _("a source")
    if one.state == "done":
        tables = ", ".join(f"{table} {lang.number(count)}" for table, count in one.erased.items() if count)
        state = _("complete: journal, tables and files. %(tables)s", tables=tables or _("Nothing was stored."))
    else:
        state = lang.text("%(n)s of %(all)s steps", n=one.done, all=one.of)
    return ErasureReceipt(lang.moment(one.asked), one.by, what, state, one.state == "done")
