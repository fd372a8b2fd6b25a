"""The paths of visits through a page, touchpoint or event of a journey."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.paths import ChosenPlace, NoSuchPlace, PathBand, PathEnd, PathPlace, Paths
from aggregator.measures.statistics import FEW
from aggregator.shapes.funnels import FEWEST_STEPS
from rules.faults import Faults
from rules.period import DAYS, Period
from rules.question import JOURNEY
from viewer.access.person import signed_in
from viewer.funnels import joined_steps
from viewer.journey_maps import JourneyMaps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.path_parts import (
    PathFoot,
    PathList,
    PathRow,
    PathsDrawing,
    PathTable,
    WayRow,
    account_of,
    drawing_of,
    feet_of,
    lists_of,
    rows_of,
    tables_of,
    ways_of,
)
from viewer.pages.journey.path_words import PathWords, is_place, text_of
from viewer.pages.journey.views import view_switch
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.paths import ENDS, MOST_NAMES, NAMES, USUAL_END, parse_paths, unknown_place
from viewer.questions import Questions
from viewer.registry import Registry


@dataclass(frozen=True, kw_only=True)
class PathsPage(Page):
    """Paths, `/sites/3/journeys/first-lamp/paths?through=touchpoint:basket&days=28`."""

    template = "journey/paths.html"
    docs = "journeys#paths"
    name: str = doc("Name of the journey")
    about: str = doc("The days")
    first: str = doc("Says that this is the first answer, from one visitor in ten; empty for the exact one")
    views: tuple[Choice, ...] = doc("The views of the journey")
    places: tuple[Choice, ...] = doc("The touchpoints, page groups and pages that can be chosen")
    chosen: str = doc("Name of the place that the picture is about")
    ends: tuple[Choice, ...] = doc("Whether the place is at the end, in the middle or at the start")
    end: str = doc("Parameter of the place in the address: through, from or to")
    form: str = doc("Address of the form in which a page or event is typed")
    hidden: tuple[tuple[str, str], ...] = doc("What that form sends besides")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    downloads: tuple[Choice, ...] = doc("The paths as files")
    funnel: str = doc("The funnel of the touchpoints of the way taken most; empty without two of them")
    over_visits: str = doc("The funnel of the journey, for ways over several visits")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is counted")
    empty: Empty | None = doc("What to show when no visit met the place")
    verdict: tuple[str, ...] = doc("The result in one or two sentences, the first one in bold")
    drawing: PathsDrawing | None = doc("The picture: heads of columns, bars with their names, bands")
    feet: tuple[PathFoot, ...] = doc("Below each column, the share that kept to the expected path up to it")
    expected: str = doc("The expected path in words; empty if nothing is expected around the place")
    edit: str = doc("Where the expected path is changed; empty for readers who may not")
    lists: tuple[PathList, ...] = doc("For narrow screens: what was just before and just after, and the place between")
    facts: tuple[tuple[str, str], ...] = doc("Visits, shown by name, as expected")
    folded: str = doc("What share of visits goes through a place without a name")
    unfold: str = doc("Address of the same picture with more names")
    ways: tuple[WayRow, ...] = doc("The ways taken most, the last row for all others")
    tables: tuple[PathTable, ...] = doc("The picture as tables, one for each pair of columns")
    named: tuple[PathRow, ...] = doc("Each place with a name, with its heatmap and comparison")
    hardly: tuple[tuple[str, str], ...] = doc("Expected steps that hardly any visit took, with their number")
    account: tuple[LedgerRow, ...] = doc("How many visits hit the place, and who of them is counted")
    surprising: tuple[tuple[str, str], ...] = doc("Steps that were taken but not expected, with their share")


async def show(
    request: Request, *, questions: Questions, registry: Registry, frames: Frames, maps: JourneyMaps, bars: WhoBars
) -> Response:
    """GET counts the visits through the place of the address, or the one before the goal."""
    asked = await questions.read(request, JOURNEY)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    frame = await frames.of(request, "journeys", asked.site)
    query, urls = request.query_params, frames.urls
    extra = tuple((name, query[name]) for name in NAMES if query.get(name))
    links = Links(urls.paths(asked.site.id, journey.id), asked.question, extra=extra)
    words = PathWords(frame.lang, urls, asked, journey, links)
    edit = urls.journey(asked.site.id, journey.id, edit=1) if signed_in(request).may("editor") else ""
    chosen = Faults(asked.faults) if asked.faults else parse_paths(query, journey, asked.known.groups)
    if not isinstance(chosen, Faults):
        async with bars.begun(frame.lang, links, asked) as counting:
            try:
                found = await maps.paths(journey, asked.question, chosen, quick=query.get("exact") != "1")
                return answer(request, _page(frame, words, await counting, _Counted(chosen, found, edit)))
            except NoSuchPlace:
                chosen = unknown_place(chosen)
    asked = replace(asked, faults=chosen.all)
    words = replace(words, asked=asked, links=links.keeping(**dict.fromkeys(NAMES, "")))
    return answer(request, _page(frame, words, await bars.of(frame.lang, words.links, asked), None), asked.status)


@dataclass(frozen=True)
class _Counted:
    """`place`: as it was found, a page with its host. `edit`: address of the map open for editing; "" for readers."""

    chosen: ChosenPlace
    paths: Paths
    edit: str

    @property
    def place(self) -> PathPlace:
        middle = [column.names for column in self.paths.columns if not column.offset]
        return middle[0][0].place if middle else PathPlace(self.chosen.kind, self.chosen.key)


def _page(frame: Frame, words: PathWords, who: WhoBar, counted: _Counted | None) -> PathsPage:
    lang, asked, links = words.lang, words.asked, words.links
    _ = lang.text
    since, until = asked.question.period.span(asked.today)
    page = PathsPage(
        frame=frame,
        title=_("Paths of %(name)s", name=words.journey.name),
        name=words.journey.name,
        about=_("Paths of visits, %(since)s to %(until)s", since=lang.day(since), until=lang.day(until)),
        first="",
        views=view_switch(lang, words.urls, asked, words.journey.id, "paths"),
        places=_places(words, None),
        chosen="",
        ends=(),
        end=USUAL_END,
        form=links.action,
        hidden=links.keeping(**dict.fromkeys(ENDS, "")).fields(),
        period=period_control(lang, links, asked.today),
        who=who,
        downloads=(),
        funnel="",
        over_visits=words.urls.funnel(asked.site.id, words.journey.id, **asked.question.query()),
        faults=fault_list(lang, asked.faults, links) if asked.faults else None,
        empty=None,
        verdict=(),
        drawing=None,
        feet=(),
        expected="",
        edit=counted.edit if counted else "",
        lists=(),
        facts=(),
        folded="",
        unfold="",
        ways=(),
        tables=(),
        named=(),
        hardly=(),
        surprising=(),
        account=(),
    )
    return _with_paths(page, replace(words, chosen=counted.place), counted) if counted else page


def _with_paths(page: PathsPage, words: PathWords, counted: _Counted) -> PathsPage:
    """The page with what was counted."""
    lang, links, chosen, paths = words.lang, words.links, counted.chosen, counted.paths
    page = replace(
        page,
        first=_first_words(lang, paths) if paths.one_in > 1 else "",
        places=_places(words, paths),
        chosen=words.name(counted.place),
        ends=_ends(words, counted),
        end=chosen.end,
        downloads=_downloads(words),
    )
    if not paths.visits:
        return replace(page, empty=_empty(words, paths))
    most = str(MOST_NAMES)
    unfold = links.keeping(names=most).to() if chosen.names < MOST_NAMES else ""
    by_name, as_expected = paths.by_name, paths.as_expected
    return replace(
        page,
        funnel=_funnel(words, paths),
        verdict=_verdict(words, counted),
        drawing=drawing_of(words, paths, unfold),
        feet=feet_of(words, paths),
        expected=_expected(words, paths),
        lists=lists_of(words, paths),
        facts=(
            (lang.text("Visits"), lang.number(paths.visits)),
            (lang.text("Shown by name"), lang.share(by_name.share) if by_name else ""),
            *(((lang.text("As expected"), lang.share(as_expected.share)),) if as_expected else ()),
        ),
        folded=lang.text("%(share)s pass through a page folded into “Other”.", share=lang.share(1 - by_name.share))
        if by_name and by_name.visitors < by_name.of
        else "",
        unfold=unfold,
        ways=ways_of(words, paths),
        tables=tables_of(words, paths),
        named=rows_of(words, paths),
        hardly=tuple((_step(words, one), _few(words, one)) for one in paths.hardly_taken),
        account=account_of(words, paths.account),
        surprising=tuple((_step(words, one), _share(words, one)) for one in paths.not_expected),
    )


def _first_words(lang: Language, paths: Paths) -> str:
    return lang.text(
        "A first answer from one visitor in ten, %(visits)s visits: intervals are wider. "
        "The exact numbers replace it as soon as they are counted.",
        visits=lang.number(paths.visits),
    )


def _places(words: PathWords, paths: Paths | None) -> tuple[Choice, ...]:
    """The measured touchpoints, the page groups of the site, and what else is in the picture."""
    known = [PathPlace("touchpoint", one.key) for _, one in words.journey.touchpoints if one.contacts]
    known += [PathPlace("group", one.key) for one in words.asked.known.groups]
    shown = [name.place for column in paths.columns for name in column.names] if paths else []
    if words.chosen:
        shown.insert(0, words.chosen)
    every = dict.fromkeys((*known, *(place for place in shown if is_place(place))))
    return tuple(Choice(words.name(place), words.paths_of(place), place == words.chosen) for place in every)


def _ends(words: PathWords, counted: _Counted) -> tuple[Choice, ...]:
    _, place = words.lang.text, text_of(counted.place)
    named: dict[PathEnd, str] = {"to": _("To"), "through": _("Through"), "from": _("From")}
    nowhere = dict.fromkeys(ENDS, "")
    return tuple(
        Choice(label, words.links.keeping(**(nowhere | {end: place})).to(), end == counted.chosen.end)
        for end, label in named.items()
    )


def _downloads(words: PathWords) -> tuple[Choice, ...]:
    _, asked = words.lang.text, words.asked
    query = asked.question.fixed(asked.today).query() | dict(words.links.extra)
    root = ("sites", asked.site.id, "journeys", words.journey.id)
    return (
        Choice("CSV", words.urls.api(*root, "paths.csv", **query), small=_("one line per step")),
        Choice("JSON", words.urls.api(*root, "paths", **query), small=_("all figures")),
    )


def _empty(words: PathWords, paths: Paths) -> Empty:
    """Who is left out, if others met the place in these days; else the last day with a visit."""
    _, place, last_day = words.lang.text, words.chosen, paths.last_day
    ledger = account_of(words, paths.account) if paths.account.received else ()
    heading = (
        _("No visit met this event in these days")
        if place and place.kind == "event"
        else _("No visit met this page in these days")
        if place and place.kind in ("page", "group")
        else _("No visit met this touchpoint in these days")
    )
    if last_day is None:
        return Empty(heading, (_("No visit ever did."),), ledger=ledger)
    since = last_day - timedelta(days=DAYS - 1)
    to = words.links.to(period=Period(since=since, until=last_day))
    return Empty(
        heading,
        (_("The last day with one was %(day)s.", day=words.lang.day(last_day)),),
        (Choice(_("Show the days up to then"), to, True),),
        ledger=ledger,
    )


def _funnel(words: PathWords, paths: Paths) -> str:
    """The funnel of the places of the way taken most that has two of them."""
    ways = ([_as_step(words, place) for place in way.places if is_place(place)] for way in paths.ways)
    steps = next((keys for keys in ways if len(keys) >= FEWEST_STEPS and all(keys)), None)
    asked = words.asked
    query = asked.question.query() | {"steps": joined_steps(steps)} if steps else {}
    return words.urls.funnel(asked.site.id, words.journey.id, **query) if steps else ""


def _as_step(words: PathWords, place: PathPlace) -> str:
    """A place as a step of a funnel; "" for a page group of several patterns, which can be none."""
    if place.kind == "group":
        pages = words.pages(place)
        return text_of(PathPlace("page", pages[0])) if len(pages) == 1 else ""
    return place.key if place.kind == "touchpoint" else text_of(place)


def _verdict(words: PathWords, counted: _Counted) -> tuple[str, ...]:
    """How many visits end at the place, or begin there; and where most of the others go, or come from."""
    lang, paths = words.lang, counted.paths
    name, is_to = words.name(counted.place), counted.chosen.end == "to"
    if paths.visits < FEW:
        few = lang.plural("%(num)s visit: too few for shares.", "%(num)s visits: too few for shares.", paths.visits)
        return (few,)
    column = next(one for one in paths.columns if one.offset == (-1 if is_to else 1))
    edge = next((one.share for one in column.names if one.place.kind in ("began", "left")), 0.0)
    said = (
        lang.text("%(share)s of visits to “%(name)s” begin there.", share=lang.share(edge), name=name)
        if is_to
        else lang.text("%(share)s of visits that reach “%(name)s” end there.", share=lang.share(edge), name=name)
    )
    first = next((one for one in column.names if is_place(one.place)), None)
    if first is None:
        return (said,)
    share, other = lang.share(first.share), words.name(first.place)
    more = (
        lang.text("%(share)s come from “%(other)s”.", share=share, other=other)
        if is_to
        else lang.text("%(share)s go on to “%(other)s”.", share=share, other=other)
    )
    return said, more


def _expected(words: PathWords, paths: Paths) -> str:
    """The expected path in words: of each column the touchpoints that are expected there."""
    if paths.as_expected is None:
        return ""
    lang, steps = words.lang, []
    for column in paths.columns:
        names = [words.name(PathPlace("touchpoint", key)) for key in column.expected]
        if not column.offset and words.chosen:
            names = [words.name(words.chosen)]
        if names:
            steps.append(lang.text(" or ").join(names))
    return lang.text("Expected: %(path)s.", path=" → ".join(steps))


def _step(words: PathWords, band: PathBand) -> str:
    return words.lang.text("%(start)s, then %(end)s", start=words.name(band.start), end=words.name(band.end))


def _few(words: PathWords, band: PathBand) -> str:
    """`few (14 visits)`, or the number alone."""
    visits = words.lang.plural("%(num)s visit", "%(num)s visits", band.visits)
    return words.lang.text("few (%(visits)s)", visits=visits) if band.visits < FEW else visits


def _share(words: PathWords, band: PathBand) -> str:
    """`392 (11.6%, 10.5–12.7)`: of the visits that were at the first place. Just before the chosen place it is all of
    them, which says nothing."""
    lang, share = words.lang, band.of_start
    if share is None or share.of < FEW or band.offset == -1:
        return lang.number(band.visits)
    return f"{lang.number(band.visits)} ({lang.share(share.share)}, {lang.between(share.low, share.high)})"
