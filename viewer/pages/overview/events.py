"""The events of a site: a table by name, in which a line opens with who sent it, and what can be made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.events import EventDetail, EventFigures, EventRow, SenderRow
from aggregator.measures.statistics import FEW
from aggregator.shapes.events import EventPage
from aggregator.shapes.overview import Split
from rules import goal as goal_rules
from rules.find import NotFound, stored_of
from rules.question import SITE
from store.records import Site
from store.segments import Goal, Group, Rule
from viewer.access.person import signed_in
from viewer.http.parameters import choice
from viewer.http.urls import Urls
from viewer.overviews import Overviews
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.links import Links, address
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.overview.account import ledger_rows, outside_words
from viewer.pages.overview.bar import SiteBar, csv_link, site_bar
from viewer.pages.overview.figures import change_words
from viewer.pages.overview.narrowing import NarrowedLine
from viewer.pages.sentences.names import trait_name, value_name
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.pages.who.from_screen import narrowed
from viewer.questions import Asked, Questions
from viewer.registry import Registry

BY: tuple[Split, ...] = ("channel", "source", "device", "country", "landing", "browser")
GOAL_MADE = "made"  # parameter of the address after the form: the goal


@dataclass(frozen=True)
class EventLine:
    """One name as text. `href` opens the line, or closes it when it is open. `pages`: the busiest, as text."""

    id: str
    name: str
    href: str
    open: bool
    times: str
    before: str
    change: str
    changed: bool
    visitors: str
    share: str
    interval: str
    each: str
    value: str
    median: str
    daily: list[int]
    pages: str
    goal: str


@dataclass(frozen=True)
class SenderLine:
    name: str
    href: str
    on: bool
    width: str
    visitors: str
    share: str
    interval: str


@dataclass(frozen=True)
class OpenEvent:
    """What an open line shows. `goals`: the goals that are this event. `segment`: the overview of its senders.
    `query`: of the address of this page, for the form that makes a goal."""

    name: str
    tabs: tuple[Choice, ...]
    senders: tuple[SenderLine, ...]
    pages: tuple[tuple[str, str, str], ...]
    goals: tuple[Choice, ...]
    segment: str
    query: str


@dataclass(frozen=True)
class EventSentence:
    """What changed most: an event's name, and what happened to it."""

    name: str
    words: str


@dataclass(frozen=True, kw_only=True)
class EventsPage(Page):
    """The events of a site, `/sites/3/events?days=28`."""

    template = "overview/events.html"
    docs = "goals"
    names_line: str = doc("How many names there are, and the period")
    bar: SiteBar = doc("What is shown, and who is counted")
    senders_line: str = doc("How many visitors sent an event, as text")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing else is shown")
    empty: Empty | None = doc("What to show without events")
    lead: EventSentence | None = doc("What changed most")
    alike: tuple[tuple[str, str, str], ...] = doc("Pairs of names that look alike, with the address of the rarer one")
    lines: tuple[EventLine, ...] = doc("One line for each name")
    opened: OpenEvent | None = doc("The line that is open")
    can_edit: bool = doc("Whether the person may make goals")
    made: str = doc("The goal that was just made; empty: none")
    undo: str = doc("The id of the goal that was just made")
    action: str = doc("Where the form that makes a goal posts to")
    account: tuple[LedgerRow, ...] = doc("What became of the events received")
    csv: str = doc("The events as a file")


async def show(
    request: Request, *, questions: Questions, frames: Frames, urls: Urls, overviews: Overviews, bars: WhoBars
) -> Response:
    query = request.query_params
    by = choice(query, "by", BY, BY[0])
    asked = await questions.read(request, SITE)
    frame = await frames.of(request, "overview", asked.site)
    chosen = query.get("event", "")
    who = await bars.of(frame.lang, Links(urls.events(asked.site.id), asked.question), asked)
    setting = EventsSetting(frame, urls, asked, chosen, by, signed_in(request).may("editor"), who)
    if asked.faults:
        return answer(request, page_of(setting, None, None), asked.status)
    found = await overviews.events(asked.question)
    known = any(one.name == chosen for one in found.events)
    detail = await overviews.event(asked.question, chosen, by) if known else None
    page = page_of(setting, found, detail)
    made = next((one for one in asked.known.goals if one.id == query.get(GOAL_MADE)), None)
    if made is not None:
        page = replace(page, made=made.name, undo=made.id)
    return answer(request, page)


async def make(request: Request, *, registry: Registry, urls: Urls) -> Response:
    """POST makes a goal of an event, or deletes the goal that was just made."""
    form = await request.form()
    site, by = await registry.site(request), signed_in(request).name
    event, back = str(form.get("event", "")), str(form.get("query", ""))
    path = urls.events(site.id)
    if undo := str(form.get("undo", "")):
        await _undo(registry, site, undo, by)
        return go(f"{path}?{back}#event" if back else path)
    fields = {"name": event, "action": {"what": "sent", "name": event}}
    goal = await registry.change(lambda definitions: goal_rules.add(definitions, site.id, fields, by))
    return go(f"{path}?{back}&{GOAL_MADE}={goal.id}#event" if back else f"{path}?{GOAL_MADE}={goal.id}")


async def _undo(registry: Registry, site: Site, goal: str, by: str) -> None:
    try:
        stored = stored_of(await registry.find(Goal, goal, site))
    except NotFound:  # somebody else deleted it
        return
    await registry.change(lambda definitions: definitions.delete_stored(Goal, stored, by))


@dataclass(frozen=True)
class EventsSetting:
    """What all parts of the page need: `chosen` is the name whose line is open, split by `by`."""

    frame: Frame
    urls: Urls
    asked: Asked
    chosen: str
    by: Split
    editor: bool
    who: WhoBar

    @property
    def lang(self) -> Language:
        return self.frame.lang

    @property
    def links(self) -> Links:
        return self.links_to(self.chosen, self.by)

    def links_to(self, event: str, by: Split) -> Links:
        beside = {"event": event, "by": by if by != BY[0] else ""}
        return Links(
            self.urls.events(self.asked.site.id),
            self.asked.question,
            extra=tuple((name, value) for name, value in beside.items() if value),
        )

    def page_name(self, page: str) -> str:
        return name_of(page, page_names(list(self.asked.known.snapshots)))

    def goals_of(self, event: str) -> list[Goal]:
        """The goals that are reached by sending an event."""
        return [one for one in self.asked.known.goals if one.action.what == "sent" and one.action.name == event]


def page_of(setting: EventsSetting, found: EventFigures | None, detail: EventDetail | None) -> EventsPage:
    """The page of an answer; without one, the faults of the question."""
    lang, asked = setting.lang, setting.asked
    since, until = asked.question.period.span(asked.today)
    names = lang.plural("%(num)s name", "%(num)s names", found.names if found else 0)
    days = lang.text("%(since)s to %(until)s", since=lang.day(since), until=lang.day(until))
    shown = found if found and found.events else None
    return EventsPage(
        frame=setting.frame,
        title=lang.text("Events"),
        names_line=f"{names}, {days}" if found else days,
        bar=site_bar(lang, setting.urls, asked, setting.links, "events", setting.who),
        senders_line=_counted(lang, found) if found else "",
        faults=fault_list(lang, asked.faults, setting.links),
        empty=_empty(lang) if found is not None and shown is None else None,
        lead=_lead(lang, shown) if shown else None,
        alike=tuple((few, many, setting.links_to(few, setting.by).to() + "#event") for few, many in shown.alike)
        if shown
        else (),
        lines=tuple(_line(setting, one, detail) for one in shown.events) if shown else (),
        opened=_opened(setting, detail) if detail else None,
        can_edit=setting.editor,
        made="",
        undo="",
        action=setting.urls.events(asked.site.id),
        account=_account(setting, found) if found else (),
        csv=csv_link(setting.urls, asked, "events", SITE),
    )


def _counted(lang: Language, found: EventFigures) -> str:
    values = {"n": lang.number(found.senders), "all": lang.number(found.visitors)}
    return lang.text("%(n)s of %(all)s visitors sent one", **values)


def _empty(lang: Language) -> Empty:
    _ = lang.text
    return Empty(
        _("No event was sent"),
        (
            _(
                "Pages, clicks and forms are counted without events. An event is for what the page alone does not "
                "show: an order with its value, a code that was accepted."
            ),
        ),
    )  # fmt: skip


def _lead(lang: Language, found: EventFigures) -> EventSentence | None:
    """The event that changed most beyond chance."""
    changed = [one for one in found.events if one.change and one.change.beyond_chance]
    if not changed:
        return EventSentence("", lang.text("No event has changed beyond chance."))
    most = max(changed, key=lambda one: abs(one.times - one.before) / max(one.times, one.before))
    values = {"now": lang.number(most.times), "before": lang.number(most.before)}
    if most.times > most.before:
        return EventSentence(most.name, lang.text("was sent more often: %(now)s times, %(before)s before.", **values))
    return EventSentence(most.name, lang.text("was sent less often: %(now)s times, %(before)s before.", **values))


def _line(setting: EventsSetting, one: EventRow, detail: EventDetail | None) -> EventLine:
    lang, opened = setting.lang, detail is not None and detail.name == one.name
    few = one.visitors < FEW
    goal = next(iter(setting.goals_of(one.name)), None)
    change, _ = change_words(lang, "views", one.change)
    others = one.page_count - len(one.pages)
    more = [lang.plural("%(num)s more", "%(num)s more", others)] if others else []
    return EventLine(
        id="event" if opened else "",
        name=one.name,
        href=setting.links_to("" if opened else one.name, setting.by).to() + ("" if opened else "#event"),
        open=opened,
        times=lang.number(one.times),
        before=lang.number(one.before),
        change=change or lang.text("new"),
        changed=bool(one.change and one.change.beyond_chance),
        visitors=lang.number(one.visitors),
        share=lang.text("few") if few else lang.share(one.share),
        interval="" if few else lang.between(one.low, one.high),
        each=lang.number(one.each, 1),
        value=lang.number(one.value, 0 if one.value == int(one.value) else 2) if one.valued else lang.text("none"),
        median=lang.text("median %(n)s", n=lang.number(one.median, 0 if one.median == int(one.median) else 2))
        if one.valued
        else "",
        daily=list(one.daily),
        pages=", ".join([*(setting.page_name(page.page) for page in one.pages), *more]),
        goal=goal.name if goal else "",
    )


def _opened(setting: EventsSetting, detail: EventDetail) -> OpenEvent:
    lang, links = setting.lang, setting.links
    most = max((row.visitors for row in detail.rows), default=1)
    sent = Group(rules=(Rule(what="sent", scope="visit", name=detail.name),))
    overview = Links(setting.urls.overview(setting.asked.site.id), setting.asked.question)
    pages: list[EventPage] = list(detail.pages)
    return OpenEvent(
        name=detail.name,
        tabs=tuple(
            Choice(trait_name(lang, by), setting.links_to(detail.name, by).to() + "#event", by == detail.by)
            for by in BY
        ),
        senders=tuple(_sender(setting, links, detail.by, row, row.visitors / most) for row in detail.rows),
        pages=tuple(
            (
                setting.page_name(page.page),
                lang.plural("%(num)s time", "%(num)s times", page.times),
                lang.plural("%(num)s visitor", "%(num)s visitors", page.visitors),
            )
            for page in pages
        ),
        goals=tuple(
            Choice(
                lang.text("Goal %(name)s", name=goal.name),
                overview.to(goal=goal.id),
            )
            for goal in setting.goals_of(detail.name)
        ),
        segment=narrowed(overview, sent),
        query=address("", dict(links.fields())).lstrip("?"),
    )


def _sender(setting: EventsSetting, links: Links, by: Split, row: SenderRow, width: float) -> SenderLine:
    lang, question, one = setting.lang, setting.asked.question, NarrowedLine(by, row.value)
    few = row.of < FEW
    is_page = by == "landing" and row.value
    return SenderLine(
        name=setting.page_name(row.value) if is_page else value_name(lang, by, row.value),
        href=links.to(**one.change(question)) + "#event",
        on=one.is_on(question),
        width=f"{100 * width:.1f}%",
        visitors=lang.number(row.visitors),
        share=lang.text("few") if few else lang.share(row.share),
        interval="" if few else lang.between(row.low, row.high),
    )


def _account(setting: EventsSetting, found: EventFigures) -> tuple[LedgerRow, ...]:
    """Events received → counted, which is the sum of the lines."""
    _, outside = setting.lang.text, outside_words(setting.lang, setting.asked.question, setting.who.narrowed)
    return ledger_rows(setting.lang, found.account, _("Events received"), _("Counted, all lines"), outside)
