"""The surveys that ask now, in the form that a browser gets, and every version that ever asked (docs/feedback.md)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import msgspec
import xxhash
from msgspec import Struct

from store.client import Store
from store.definitions import Definitions, Missing
from store.journeys import Journey
from store.lenient import Unbuildable, build
from store.page_groups import PageGroup
from store.pages import NOT, page_pattern
from store.records import Site
from store.segments import Group, Segment
from store.surveys import Survey, SurveyLook, SurveyQuestion

RECENT_HOURS = 36  # a visitor without consent has one number for a day of the site at most
MOST_RECENT = 200_000
WORDS: dict[str, dict[str, Any]] = msgspec.json.decode(files("store").joinpath("survey_words.json").read_bytes())
SHOWN = 3  # ASK_STATES in collector/wire.py: from here on the visitor saw the question


class PublicPlace(Struct, frozen=True, rename={"without": "not"}):
    """Pages as regular expressions for whole page names, with 1 if the query is part of the name; and the event or the
    click on an element that must have happened there."""

    pages: list[tuple[str, int]] = []
    without: list[tuple[str, int]] = []
    event: str = ""
    paths: list[str] = []


class PublicTrigger(Struct, frozen=True):
    kind: str
    seconds: int
    depth: int
    event: str
    paths: list[str]


class PublicLook(Struct, frozen=True):
    place: str
    side: str
    selector: str
    accent: str


class PublicSurvey(Struct, frozen=True):
    """A survey as browsers get it: nothing internal. `draw` and `recent` differ by visitor."""

    id: str
    version: int
    language: str
    where: list[PublicPlace]
    trigger: PublicTrigger
    share: float
    variant: list[str]
    wait: int
    questions: tuple[SurveyQuestion, ...]
    thanks: dict[str, str]
    look: PublicLook
    words: dict[str, dict[str, Any]]  # of buttons and notes, by language
    draw: float = 0.0
    recent: int = 0


@dataclass(frozen=True)
class AskingSurvey:
    """A survey that asks, with the rules of its segment (None: everybody) and the number of its answers."""

    survey: Survey
    public: PublicSurvey
    tree: Group | None
    answered: int


@dataclass
class SiteSurveys:
    """The surveys of a site: those that ask now, and the questions of each version that ever asked."""

    asking: list[AskingSurvey] = field(default_factory=list)
    keys: tuple[str, ...] = ()  # of its snippets
    versions: dict[str, dict[int, dict[str, SurveyQuestion]]] = field(default_factory=dict)


Asked = tuple[int, int, str, int]  # site, visitor, survey, ms since 1970


def read_surveys(store: Store) -> dict[int, SiteSurveys]:
    """The surveys of each site. Raises StoreError."""
    rows = store.rows(
        "SELECT id, version, deleted, json FROM definitions WHERE kind = 'survey' ORDER BY id, version",
    )
    found: dict[int, SiteSurveys] = {}
    newest: dict[str, Survey] = {}
    gone: set[str] = set()
    for row in rows:
        (gone.add if row["deleted"] else gone.discard)(row["id"])
        survey = None if row["deleted"] else _survey(row)
        if survey is None:
            continue
        newest[survey.id] = survey
        if survey.state == "asking":
            site = found.setdefault(int(survey.site), SiteSurveys())
            questions = {one.id: one for one in survey.questions}
            site.versions.setdefault(survey.id, {})[survey.version] = questions
    asking = [one for id, one in newest.items() if id not in gone and one.state == "asking"]
    for id, one in newest.items():
        if (id in gone or one.state == "draft") and int(one.site) in found:
            found[int(one.site)].versions.pop(id, None)
    answered = _answered(store) if any(one.most_answers for one in asking) else {}
    definitions = Definitions(store)
    sites = {int(site.id): site for site in definitions.find(Site)} if found else {}
    for number in [number for number in found if number in sites and sites[number].counts_only]:
        del found[number]  # an answer is about a visitor, and such a site keeps nothing of any
    asking = [one for one in asking if int(one.site) in found]
    for number, surveys in found.items():
        if (known := sites.get(number)) is not None:
            surveys.keys = (known.key, *(old.key for old in known.old_keys))
    for one in asking:
        if (public := _public(definitions, one)) is not None:
            site = found[int(one.site)]
            site.asking.append(AskingSurvey(one, public, _tree(definitions, one), answered.get(one.id, 0)))
    return found


def read_asked(store: Store) -> list[Asked]:
    """Who was asked in the last RECENT_HOURS. Raises StoreError."""
    rows = store.rows(
        "SELECT site, visitor, survey, max(toUnixTimestamp64Milli(time)) AS ms FROM feedback "
        "WHERE question = '' AND state >= {shown:UInt8} AND time > fromUnixTimestamp64Milli({since:Int64}, 'UTC') "
        "GROUP BY site, visitor, survey ORDER BY ms LIMIT {most:UInt32}",
        shown=SHOWN,
        since=int(time.time() * 1000) - RECENT_HOURS * 3_600_000,
        most=MOST_RECENT,
    )
    return [(int(row["site"]), int(row["visitor"]), row["survey"], int(row["ms"])) for row in rows]


def draw(survey: str, visitor: int) -> float:
    """A number from 0 to 1 that is always the same for a survey and a visitor, and even over visitors."""
    return (xxhash.xxh64_intdigest(f"{survey}\0{visitor}".encode()) >> 11) / (1 << 53)


def _survey(row: Mapping[str, Any]) -> Survey | None:
    try:
        return build(Survey, {**msgspec.json.decode(row["json"]), "id": row["id"], "version": int(row["version"])})
    except (Unbuildable, msgspec.DecodeError, TypeError):
        return None


def _answered(store: Store) -> dict[str, int]:
    """Survey → the number of askings with an answer, of people."""
    rows = store.rows(
        "SELECT survey, uniqExact(asking) AS n FROM feedback "
        "WHERE question != '' AND bot = '' AND excluded = 0 GROUP BY survey"
    )
    return {row["survey"]: int(row["n"]) for row in rows}


def _tree(definitions: Definitions, survey: Survey) -> Group | None:
    if not survey.segment:
        return None
    segment = _named(definitions, Segment, survey.segment)
    return segment.tree if segment is not None else None


def _named(definitions: Definitions, kind: type[Any], id: str) -> Any:
    try:
        return definitions.get(kind, id)
    except Missing:
        return None


def _public(definitions: Definitions, survey: Survey) -> PublicSurvey | None:
    """What browsers get; None if what the survey names is gone, so that nobody is asked by mistake."""
    if survey.segment and _named(definitions, Segment, survey.segment) is None:
        return None
    where = _where(definitions, survey)
    if not where:
        return None
    trigger, look = survey.trigger, survey.look or SurveyLook()
    paths = _paths(definitions, survey, [trigger.element] if trigger.element else [])
    if trigger.element and not paths:
        return None
    return PublicSurvey(
        id=survey.id,
        version=survey.version,
        language=survey.language,
        where=where,
        trigger=PublicTrigger(trigger.kind, trigger.seconds, trigger.depth, trigger.event, paths),
        share=survey.share,
        variant=[survey.experiment, survey.variant] if survey.experiment else [],
        wait=survey.wait_days,
        questions=survey.questions,
        thanks=survey.thanks,
        look=PublicLook(look.place, look.side, look.selector, look.accent),
        words=_words(survey),
    )


def _words(survey: Survey) -> dict[str, dict[str, Any]]:
    """The words of the languages that the survey has; English if there are none for them."""
    languages = {survey.language, *survey.thanks, "en"}
    return {one: words for one, words in WORDS.items() if one in languages}


def _where(definitions: Definitions, survey: Survey) -> list[PublicPlace]:
    if survey.group:
        group = _named(definitions, PageGroup, f"{survey.site}.{survey.group}")
        return [_place(group.patterns)] if group is not None else []
    if survey.touchpoint:
        return _contacts(definitions, survey)
    return [_place(survey.pages)]


def _contacts(definitions: Definitions, survey: Survey) -> list[PublicPlace]:
    journey: Journey | None = _named(definitions, Journey, survey.journey)
    stages = journey.stages if journey is not None else ()
    found = [one for stage in stages for one in stage.touchpoints if one.key == survey.touchpoint]
    places: list[PublicPlace] = []
    for contact in found[0].contacts if found else ():
        pages = (contact.page,) if contact.page else ()
        if contact.on == "page":
            places.append(_place(pages))
        elif contact.on == "event":
            places.append(_place(pages, event=contact.name))
        elif contact.on == "element" and (paths := _paths(definitions, survey, [contact.element])):
            places.append(_place(pages, paths=paths))
    return places


def _place(patterns: tuple[str, ...], event: str = "", paths: list[str] | None = None) -> PublicPlace:
    def expressions(chosen: list[str]) -> list[tuple[str, int]]:
        return [(one.regex, int(one.with_query)) for one in map(page_pattern, chosen)]

    return PublicPlace(
        expressions([one for one in patterns if not one.startswith(NOT)]),
        expressions([one.removeprefix(NOT) for one in patterns if one.startswith(NOT)]),
        event,
        paths or [],
    )


def _paths(definitions: Definitions, survey: Survey, keys: list[str]) -> list[str]:
    """The paths of elements, by their keys in hex."""
    if not keys:
        return []
    rows = definitions.store.rows(
        "SELECT DISTINCT path FROM elements WHERE site = {site:UInt32} AND key IN {keys:Array(UInt64)}",
        site=int(survey.site),
        keys=[int(key, 16) for key in keys],
    )
    return [row["path"] for row in rows]


def asks_on(survey: Survey, day: str) -> bool:
    """Whether the survey asks on this day (ISO, in the zone of its site)."""
    return (not survey.since or survey.since <= day) and (not survey.until or day <= survey.until)
