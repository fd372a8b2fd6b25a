"""The choice of two sets: what each can be, and pairs that are often compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rules.filters import Filter
from rules.other_set import TwoSets
from rules.period import Period
from rules.question import Question
from rules.resolve import Known
from store.devices import DEVICES
from store.segments import Segment
from viewer.http.urls import Urls
from viewer.pages.compare.set_words import days_of, goal_names, sentence_of, set_name, source_names
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links
from viewer.pages.sentences.names import device_label


@dataclass(frozen=True)
class ChoiceGroup:
    """Some choices of a menu under a heading."""

    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class SetBox:
    """One set: its letter, name and visitors, what it is in words, what else it can be, and where its visitors are
    followed."""

    letter: str
    name: str
    visitors: str
    words: str
    groups: tuple[ChoiceGroup, ...]
    journey: str  # address of real ways of such visitors


@dataclass(frozen=True)
class Chooser:
    """`swap`: the same comparison the other way round, where an address can say that."""

    boxes: tuple[SetBox, ...]
    swap: Choice | None
    often: tuple[Choice, ...]


@dataclass(frozen=True)
class Choosing:
    """What the choices are made from. `pictures`: where the pictures of A and B are, if not at those of the viewer."""

    lang: Language
    urls: Urls
    links: Links
    sets: TwoSets
    known: Known
    today: date
    pictures: tuple[Urls, ...] = ()

    @property
    def site(self) -> str:
        return self.known.site.id

    @property
    def segments(self) -> dict[str, Segment]:
        return {one.id: one for one in self.known.segments}

    def pictures_of(self, letter: str) -> Urls:
        """Where the picture of a set is."""
        return self.pictures["ab".index(letter)] if self.pictures else self.urls

    def name(self, letter: str) -> str:
        return set_name(self.lang, self.sets, letter, self.today, self.segments)


def chooser_of(choosing: Choosing, visitors: tuple[str, str]) -> Chooser:
    """`visitors`: of a and b, as text."""
    groups = (_others(choosing), _own(choosing))
    questions = (choosing.sets.a, choosing.sets.b)
    boxes = tuple(
        SetBox(
            letter.upper(),
            choosing.name(letter),
            count,
            words_of(choosing, question),
            of_set,
            _journey(choosing, question),
        )
        for letter, question, count, of_set in zip("ab", questions, visitors, groups, strict=True)
    )
    return Chooser(boxes, _swap(choosing), _often(choosing))


def _journey(choosing: Choosing, question: Question) -> str:
    asked = replace(question, compared_with="").query() | {"journey": dict(choosing.links.extra).get("journey", "")}
    return choosing.urls.their_journey(str(question.site), **asked)


def words_of(choosing: Choosing, question: Question) -> str:
    """Who and when, so that nothing that narrows a set is left unsaid."""
    lang, names = choosing.lang, goal_names(choosing.known.goals)
    parts = [sentence_of(lang, question.group, names)]
    if question.device:
        parts.append(device_label(lang, question.device))
    return ", ".join((*parts, days_of(lang, question, choosing.today)))


def _others(choosing: Choosing) -> tuple[ChoiceGroup, ...]:
    """What the question can be compared with."""
    _, lang, question = choosing.lang.text, choosing.lang, choosing.links.question

    def choice(label: str, text: str) -> Choice:
        return Choice(label, choosing.links.to(compared_with=text), question.compared_with == text)

    saved = [choice(one.name, f"segment:{one.id}") for one in choosing.known.segments]
    rest = [choice(_("Everybody else"), "rest")] if question.group else []
    goals = [choice(_("Did not reach “%(goal)s”", goal=one.name), f"left:{one.id}") for one in choosing.known.goals]
    devices = [choice(device_label(lang, one), f"device:{one}") for one in DEVICES if one != question.device]
    groups = (
        ChoiceGroup(_("Periods"), (choice(_("The period before"), "before"),)),
        ChoiceGroup(_("Segments"), (*rest, *saved)),
        ChoiceGroup(_("Outcome"), tuple(goals)),
        ChoiceGroup(_("Devices"), tuple(devices)),
    )
    return tuple(group for group in groups if group.choices)


def _own(choosing: Choosing) -> tuple[ChoiceGroup, ...]:
    """What the question itself can be narrowed to."""
    _, lang, links = choosing.lang.text, choosing.lang, choosing.links
    question = links.question

    def choice(label: str, **change: Any) -> Choice:
        changed = replace(question, **change)
        return Choice(label, links.to(**change), changed == question)

    everybody = choice(_("Everybody"), filters=(), segment="", tree=None)
    saved = [choice(one.name, filters=(), segment=one.id, tree=one.tree) for one in choosing.known.segments]
    came = [
        choice(name, filters=(Filter("channel", (channel,)),), segment="", tree=None)
        for channel, name in source_names(lang).items()
    ]
    known = [
        choice(name, filters=(Filter("visitor", (value,)),), segment="", tree=None)
        for value, name in (("new", _("New visitors")), ("returning", _("Returning visitors")))
    ]
    return (
        ChoiceGroup(_("Segments"), (everybody, *saved, *known)),
        ChoiceGroup(_("Channel"), tuple(came)),
        ChoiceGroup(
            _("Devices"),
            (
                choice(_("All devices"), device="", width=None),
                *(choice(device_label(lang, device), device=device, width=None) for device in DEVICES),
            ),
        ),
    )


def _swap(choosing: Choosing) -> Choice | None:
    """Only sets of one parameter can change places in an address."""
    sets, links, label = choosing.sets, choosing.links, choosing.lang.text("Swap A and B")
    match sets.kind:
        case "device" if sets.b.device:
            return Choice(label, links.to(device=sets.a.device, width=None, compared_with=f"device:{sets.b.device}"))
        case "segment" if sets.b.segment and not sets.b.filters:
            change: dict[str, Any] = {"segment": sets.a.segment, "tree": sets.a.tree, "filters": ()}
            return Choice(label, links.to(compared_with=f"segment:{sets.b.segment}", **change))
        case "before" | "period":
            since, until = sets.b.period.span(choosing.today)
            text = f"period:{since.isoformat()}..{until.isoformat()}"
            return Choice(label, links.to(period=sets.a.period, compared_with=text))
    return None


def _often(choosing: Choosing) -> tuple[Choice, ...]:
    _, links = choosing.lang.text, choosing.links
    returning: dict[str, Any] = {"filters": (Filter("visitor", ("returning",)),), "segment": "", "tree": None}
    new = '{"rules":[{"what":"visitor","values":["new"]}]}'
    goals = choosing.known.goals[:1]
    return (
        Choice(_("these 7 days, the 7 before"), links.to(period=Period(7), compared_with="before")),
        Choice(_("phone, desktop"), links.to(device="phone", width=None, compared_with="device:desktop")),
        Choice(_("returning, new"), links.to(compared_with=f"segment:{new}", **returning)),
        *(Choice(_("went on, left"), links.to(compared_with=f"left:{goal.id}")) for goal in goals),
    )
