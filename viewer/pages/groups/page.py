"""The form that makes, changes and tests a page group, and what is remembered of suggestions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.page_groups import GroupEffect
from aggregator.measures.group_changes import GroupChange
from rules import page_group as rules
from rules.faults import InvalidDefinition
from rules.find import Rejected, stored_of
from store.definitions import Conflict, Definitions, Stored
from store.page_groups import PageGroup
from store.pages import page_path, selects
from store.records import Site
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.page_groups import GroupReader
from viewer.pages.forms.faults import form_faults, stored_faults, too_late
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go, language_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.groups.form import GroupForm, label
from viewer.pages.groups.tester import MOST_ROWS, GroupTester, TestedForm, tester_of
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots

MOST_PICTURES = 100  # pages offered for the picture


@dataclass(frozen=True, kw_only=True)
class GroupFormPage(Page):
    """The form of a new or stored page group, `/sites/3/groups/lamps/edit`."""

    template = "groups/form.html"
    docs = "page-groups"
    form: GroupForm = doc("The fields as typed, and their faults")
    line: str = doc("Whether the group is stored, and whether the form differs from it")
    saved: tuple[str, ...] = doc("The patterns as they are stored; empty for a new group")
    pictures: list[Choice] = doc("Pages of the group that have a picture, most visitors first")
    tester: GroupTester = doc("Which addresses belong, and what changes")
    stored: bool = doc("Whether the group is already stored, so that it can be deleted")
    action: str = doc("Where the form posts to")
    cancel: str = doc("Where Cancel leads")


async def show_form(request: Request, *, registry: Registry, renderer: GroupFormRenderer) -> Response:
    """GET shows the form of a new or a stored group."""
    site, found = await _named(request, registry)
    return await renderer.answer(request, site, found)


async def save(request: Request, *, registry: Registry, renderer: GroupFormRenderer, urls: Urls) -> Response:
    """POST saves or deletes the group; anything else shows the form again, with what it would do."""
    site, found = await _named(request, registry)
    sent, by, lang = await request.form(), signed_in(request).name, language_of(request)
    stored = stored_of(found) if found else None
    if stored and sent.get("do") == "delete":
        await registry.change(lambda definitions: rules.delete(definitions, stored, by))
        return go(urls.pages(site.id))
    form = GroupForm.typed(sent)
    if sent.get("do") != "save":
        return await renderer.answer(request, site, found, form)
    try:
        await registry.change(lambda definitions: _save(definitions, site, form, stored, by))
    except InvalidDefinition as error:
        form = replace(form, faults=form_faults(lang, "group", error.faults, label))
    except Conflict as error:
        form = replace(form, faults=too_late(lang, error))
    else:
        return go(urls.pages(site.id))
    return await renderer.answer(request, site, found, form)


async def decline(request: Request, *, registry: Registry, urls: Urls) -> Response:
    """POST remembers that a pattern is not to be suggested, or forgets all of these."""
    site, by, sent = await registry.site(request), signed_in(request).name, await request.form()
    if sent.get("do") == "again":
        await registry.change(lambda definitions: rules.suggest_again(definitions, site.id, by))
    else:
        pattern = text(sent, "pattern")
        await registry.change(lambda definitions: rules.decline(definitions, site.id, pattern, by))
    return go(urls.pages(site.id))


async def _named(request: Request, registry: Registry) -> tuple[Site, PageGroup | Rejected[PageGroup] | None]:
    """The site and the group that the address names; None for a new group."""
    site, key = await registry.site(request), request.path_params.get("group", "")
    return site, await registry.find(PageGroup, key, site) if key else None


def _save(definitions: Definitions, site: Site, form: GroupForm, stored: Stored | None, by: str) -> PageGroup:
    if stored:
        return rules.change(definitions, stored, site.id, form.fields(), by)
    return rules.add(definitions, site.id, form.fields(), by)


class GroupFormRenderer:
    """Renders the form of a group, as stored or as typed, with its tester."""

    def __init__(
        self, frames: Frames, urls: Urls, registry: Registry, groups: GroupReader, snapshots: SiteSnapshots
    ) -> None:
        self._frames = frames
        self._urls = urls
        self._registry = registry
        self._groups = groups
        self._snapshots = snapshots

    async def answer(
        self,
        request: Request,
        site: Site,
        found: PageGroup | Rejected[PageGroup] | None,
        typed: GroupForm | None = None,
    ) -> Response:
        """The page; with the status of its faults if it shows what could not be saved."""
        urls, frame = self._urls, await self._frames.of(request, "pages", site)
        lang = frame.lang
        form = typed or _begun(request, lang, found)
        before = form_of(found).patterns if found else ()
        every = (await self._registry.listing(PageGroup, site)).records
        others = {one.name: one for one in every if not found or one.id != found.id}
        change = GroupChange(before, form.patterns, {name: one.patterns for name, one in others.items()})
        effect = await self._groups.effect(site, change)
        taken = [form.patterns, *change.others.values()]
        ungrouped = await self._groups.ungrouped(site, taken, MOST_ROWS)
        tested = TestedForm(
            lang=lang,
            site=site,
            form=form,
            effect=effect,
            ungrouped=ungrouped,
            links={name: urls.group(site.id, one.key) for name, one in others.items()},
            stored=found is not None,
        )
        page = GroupFormPage(
            frame=frame,
            title=found.name if found else lang.text("New group"),
            form=form,
            line=_line(lang, form, found),
            saved=tuple(one for one in before if one),
            pictures=await self._pictures(lang, site, form, effect),
            tester=tester_of(tested),
            stored=found is not None,
            action=urls.group(site.id, found.key) if found else urls.new_group(site.id),
            cancel=urls.pages(site.id),
        )
        return answer(request, page, form.faults.status if typed else 200)

    async def _pictures(self, lang: Language, site: Site, form: GroupForm, effect: GroupEffect) -> list[Choice]:
        """Those of the group's pages that have a picture. A new group is drawn on that of the busiest."""
        pictured = {one.page for one in await self._snapshots.all(site) if not one.variant and not one.state}
        visitors = {row.page: row.visitors for row in effect.rows}
        here = sorted((page for page in pictured if selects(form.patterns, page)), key=lambda p: -visitors.get(p, 0))
        chosen = form.picture_of or ("" if form.version else next(iter(here), ""))
        offered = dict.fromkeys([*here[:MOST_PICTURES], *([chosen] if chosen else [])])
        first = Choice(lang.text("The first page that has one"), "", not chosen)
        return [first, *(Choice(page_path(page), page, page == chosen) for page in offered)]


def form_of(found: PageGroup | Rejected[PageGroup]) -> GroupForm:
    """The form filled with a stored group."""
    return GroupForm.of(stored_of(found))


def _begun(request: Request, lang: Language, found: PageGroup | Rejected[PageGroup] | None) -> GroupForm:
    if found is None:
        return GroupForm.begun(request.query_params)
    return replace(form_of(found), listed="all", faults=stored_faults(lang, found, label))


def _line(lang: Language, form: GroupForm, found: PageGroup | Rejected[PageGroup] | None) -> str:
    _ = lang.text
    if found is None:
        return _("Group of pages, not saved yet")
    return (
        _("Group of pages") if form.fields() == form_of(found).fields() else _("Group of pages, changed and not saved")
    )
