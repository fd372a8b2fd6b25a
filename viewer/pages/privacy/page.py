"""What a site keeps of its visitors: how long, the link of opposition, and the erasure of one visitor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from aggregator.queries.closing import count_history, count_smaller
from rules import site as rules
from rules.erasure import retention_of, visitor_erasure
from rules.find import stored_of
from rules.retention import KEPT, MONTHS, chosen_days
from store.client import Store
from store.definitions import Definitions
from store.erasure import CLOSING, RETENTION, count_rows
from store.records import Erasure, Site
from store.visitors import consented_visitor, own_id, owners_secret
from store.zones import now_ms
from viewer.access.person import signed_in
from viewer.erasing import JOURNAL, Erasing
from viewer.folding_worker import FoldingWorker
from viewer.http.urls import Urls
from viewer.pages.forms.fields import number, text
from viewer.pages.frame.frames import PRIVACY_COOKIE, Frames, answer, go, keep
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.frame.settings_bar import settings_bar
from viewer.pages.privacy.modes import MODES, KeptThing, ModeOption, kept_things, mode_name, mode_options
from viewer.registry import Registry
from viewer.work import Work

LEAST = (2, 1000)  # visitors of a count


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
    docs = "privacy"
    settings: list[Choice] = doc("The pages of the site's settings")
    name: str = doc("Name of the site")
    modes: list[ModeOption] = doc("How visitors can be known, with what each mode loses")
    counts: bool = doc("Whether the chosen mode keeps counts only")
    least: int = doc("From how many visitors on a day that mode keeps a count")
    kept: list[KeptThing] = doc("What is kept in the chosen mode, with the chosen limits")
    changes: list[str] = doc("What differs from what is stored, in words")
    mode_loss: list[str] = doc("What the chosen mode erases, in sentences; empty: nothing")
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
        chosen, wanted = stored, site
        if who.may("owner"):
            chosen = chosen_days(request.query_params, stored)
            wanted = replace(site, **chosen, **chosen_mode(request.query_params, site))
        lost = await self._work.run(_loss, self._store, wanted) if chosen != stored else 0
        mode_lost = await self._work.run(_mode_loss, self._store, lang, site, wanted)
        found = [one for one in await self._work.run(self._erasing.all) if one.site == site.id]
        done = [_receipt(lang, one) for one in found]
        page = PrivacyPage(
            frame=frame,
            title=lang.text("Privacy"),
            settings=settings_bar(lang, urls, site, who, "privacy"),
            name=site.name,
            modes=mode_options(lang, wanted.mode, wanted.least_visitors),
            counts=wanted.counts_only,
            least=wanted.least_visitors,
            kept=kept_things(lang, wanted),
            changes=_changes(lang, site, wanted),
            mode_loss=mode_lost,
            rows=_rows(lang, urls, site, wanted),
            changed=wanted != site,
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


async def show(request: Request, *, registry: Registry, renderer: PrivacyRenderer, urls: Urls) -> Response:
    """GET shows it, with the limits that its address chooses; the set-up then counts it as read."""
    site = await registry.site(request)
    response = await renderer.answer(request, site)
    keep(response, PRIVACY_COOKIE, "1", urls.site(site.id))
    return response


async def save(request: Request, *, registry: Registry, urls: Urls, folding: FoldingWorker) -> Response:
    """POST saves mode and limits. InvalidDefinition if they have faults, Conflict if the site was changed since."""
    typed, site = await request.form(), await registry.site(request)
    numbers = (*KEPT, "least_visitors", "version")
    fields: dict[str, object] = {name: number(text(typed, name)) for name in numbers if name in typed}
    if "mode" in typed:
        fields["mode"] = text(typed, "mode")
    stored = stored_of(await registry.find(Site, site.id))
    await registry.change(lambda definitions: rules.change(definitions, stored, fields, signed_in(request).name))
    folding.wake()  # days are closed at once, if the site keeps counts only from now on
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


def chosen_mode(query: Mapping[str, str], site: Site) -> dict[str, Any]:
    """The mode and its least number of visitors as chosen in an address, else as stored."""
    mode = next((one for one in MODES if one == query.get("mode")), site.mode)
    least = query.get("least_visitors", "")
    fits = least.isascii() and least.isdigit() and LEAST[0] <= int(least[:6]) <= LEAST[1]
    return {"mode": mode, "least_visitors": int(least) if fits else site.least_visitors}


def _changes(lang: Language, site: Site, wanted: Site) -> list[str]:
    """What differs, for the bar of unsaved changes."""
    _, found = lang.text, []
    if wanted.mode != site.mode:
        found.append(_("%(new)s instead of %(old)s", new=mode_name(lang, wanted.mode), old=mode_name(lang, site.mode)))
    if wanted.counts_only and wanted.least_visitors != site.least_visitors:
        found.append(_("counts from %(n)s visitors on", n=lang.number(wanted.least_visitors)))
    if any(getattr(wanted, name) != getattr(site, name) for name in KEPT):
        found.append(_("how long things are kept"))
    return found


def _mode_loss(store: Store, lang: Language, site: Site, wanted: Site) -> list[str]:
    """What is erased when the chosen mode is saved."""
    if not wanted.counts_only:
        return []
    if site.counts_only:
        days = (
            count_smaller(store, int(site.id), wanted.least_visitors)
            if wanted.least_visitors > site.least_visitors
            else 0
        )
        return (
            [
                lang.plural(
                    "The counts of %(num)s day are erased: they were made with a smaller number.",
                    "The counts of %(num)s days are erased: they were made with a smaller number.",
                    days,
                )
            ]
            if days
            else []
        )
    found = count_history(store, int(site.id), wanted.least_visitors)
    if not found.rows:
        return []
    return [
        lang.plural(
            "%(num)s entry about visitors is erased.", "%(num)s entries about visitors are erased.", found.rows
        ),
        lang.plural(
            "%(visits)s views on %(num)s day are counted first; %(few)s of these days have fewer than %(least)s "
            "visitors and keep nothing.",
            "%(visits)s views on %(num)s days are counted first; %(few)s of these days have fewer than %(least)s "
            "visitors and keep nothing.",
            found.days,
            visits=lang.number(found.views),
            few=lang.number(found.few),
            least=lang.number(wanted.least_visitors),
        ),
        lang.text("Journeys, segments and comparisons of the past are lost."),
    ]


def _rows(lang: Language, urls: Urls, site: Site, wanted: Site) -> list[RetentionRow]:
    _ = lang.text
    chosen = {name: int(getattr(wanted, name)) for name in KEPT}
    mode = chosen_of(site, wanted)
    labels = (_("Visits and clicks"), _("Events and form fields"), _("Pictures of pages"))
    found = []
    for name, label in zip(KEPT, labels, strict=True):
        offered = [(lang.plural("%(num)s month", "%(num)s months", n), days) for n, days in MONTHS.items()]
        if chosen[name] not in (0, *MONTHS.values()):
            offered.append((lang.plural("%(num)s day", "%(num)s days", chosen[name]), chosen[name]))
        choices = [
            Choice(words, urls.privacy(site.id, **mode, **{**chosen, name: days}), days == chosen[name])
            for words, days in (*offered, (_("no limit"), 0))
        ]
        found.append(RetentionRow(name, label, choices, chosen[name]))
    return found


def chosen_of(site: Site, wanted: Site) -> dict[str, str]:
    """The chosen mode as parameters of an address; what is stored is left out."""
    pairs = {"mode": wanted.mode, "least_visitors": str(wanted.least_visitors)}
    return {name: value for name, value in pairs.items() if value != str(getattr(site, name))}


def _receipt(lang: Language, one: Erasure) -> ErasureReceipt:
    _ = lang.text
    what = _("a period or a page")
    if one.id.startswith(CLOSING):
        what = _("the visits of closed days")
    elif one.id.startswith(RETENTION):
        what = _("older than the limits of the site")
    elif one.visitor:
        what = _("a visitor")
    elif one.sender:
        what = _("a source")
    if one.state == "done" and one.id.startswith(CLOSING):
        state = _("complete: journal, tables and files. How many there were is not kept.")
    elif one.state == "done":
        found = [f"{table} {lang.number(count)}" for table, count in one.erased.items() if count and table != JOURNAL]
        tables = ", ".join(found) or _("Nothing was stored.")
        if JOURNAL in one.erased:
            tables += "; " + lang.plural(
                "%(num)s batch in the journal", "%(num)s batches in the journal", one.erased[JOURNAL]
            )
        state = _("complete: journal, tables and files. %(tables)s", tables=tables)
    else:
        state = lang.text("%(n)s of %(all)s steps", n=one.done, all=one.of)
    return ErasureReceipt(lang.moment(one.asked), one.by, what, state, one.state == "done")
