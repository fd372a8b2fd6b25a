"""The personas of a map: a switch of who is counted, and the card of the one that is on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.answers.persona import PersonaDifference
from aggregator.measures.statistics import FEW
from rules.question import Question
from store.journeys import PERSONAS_ADVISED, Journey, Persona
from viewer.pages.frame.languages import MINUS, Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.links import Links
from viewer.pages.sentences.tree import rule_sentence
from viewer.questions import Asked


@dataclass(frozen=True)
class DifferenceRow:
    """A share of the persona beside that of the others, and by how many points it differs, with the 95 % interval."""

    label: str
    persona: str
    others: str
    points: str
    interval: str


@dataclass(frozen=True)
class PersonaCard:
    """What the team wrote about a persona. `segment`: the name of the saved segment that is counted for it, with its
    address; None if nobody is. `account`: how its rules leave visitors of the map out. `differences`: from the others,
    who are the visitors of the map that are not this persona."""

    name: str
    place: str
    quote: str
    about: tuple[tuple[str, str], ...]  # (label, text)
    segment: Choice | None
    account: tuple[LedgerRow, ...] = ()
    differences: tuple[DifferenceRow, ...] = ()


@dataclass(frozen=True)
class Personas:
    """`switch`: everyone and each persona, as links; empty without personas. `many`: more than are easy to read."""

    switch: tuple[Choice, ...] = ()
    card: PersonaCard | None = None
    many: bool = False


def personas_of(measured: MeasuredJourney) -> Personas:
    """The switch, and the card of the persona whose numbers are shown."""
    every = measured.journey.personas
    if not every:
        return Personas()
    on = next((one for one in every if one.key == measured.persona), None)
    switch = persona_switch(measured.lang, measured.links, measured.asked, measured.journey, _counts(measured))
    return Personas(switch, _card(measured, on) if on else None, len(every) > PERSONAS_ADVISED)


def persona_of(journey: Journey, question: Question, key: str) -> str:
    """The key of the persona whose numbers are shown: the one named, or whose segment is counted; "" for everyone."""
    named = (one.key for one in journey.personas if one.key == key)
    counted = (one.key for one in journey.personas if one.segment and one.segment == question.segment)
    return next(named, next(counted, ""))


def _counts(measured: MeasuredJourney) -> dict[str, int]:
    """The visitors of everyone ("") and of each persona; of those that the map measures, as the map counts them."""
    counts, beside = dict(measured.beside.counts), measured.beside
    if measured.figures.one_in == 1 and (beside.everyone or not measured.asked.question.segment):
        counts[measured.persona if beside.everyone else ""] = measured.figures.visitors
    if beside.everyone:
        counts[""] = beside.everyone.visitors
    return counts


def persona_switch(
    lang: Language, links: Links, asked: Asked, journey: Journey, counts: Mapping[str, int] | None = None
) -> tuple[Choice, ...]:
    """Everyone and each persona of a journey, as links to the page of `links`; none without personas. `counts`: the
    visitors of each, where they are known."""
    if not journey.personas:
        return ()
    on = persona_of(journey, asked.question, dict(links.extra).get("persona", ""))
    everyone = Choice(lang.text("Everyone"), links.keeping(persona="").to(segment="", tree=None), not on)
    choices = {"": everyone} | {one.key: _choice(links, asked, one, one.key == on) for one in journey.personas}
    known = counts or {}
    return tuple(replace(one, small=lang.number(known[key]) if key in known else "") for key, one in choices.items())


def _choice(links: Links, asked: Asked, persona: Persona, on: bool) -> Choice:
    links = links.keeping(persona=persona.key)
    saved = next((one for one in asked.known.segments if one.id == persona.segment), None)
    href = links.to(segment=saved.id, tree=saved.tree) if saved else links.to(segment="", tree=None)
    return Choice(persona.name, href, on)


def _card(measured: MeasuredJourney, persona: Persona) -> PersonaCard:
    lang, every = measured.lang, measured.journey.personas
    _ = lang.text
    labelled = (
        (_("Who it is"), persona.about),
        (_("Wants"), persona.goals),
        (_("Fears"), persona.fears),
        (_("Uses"), persona.devices),
    )
    saved = next((one for one in measured.asked.known.segments if one.id == persona.segment), None)
    return PersonaCard(
        name=persona.name,
        place=_("persona %(n)s of %(all)s", n=every.index(persona) + 1, all=len(every)),
        quote=persona.quote,
        about=tuple((label, text) for label, text in labelled if text),
        segment=Choice(saved.name, measured.urls.segment(measured.site, saved.id)) if saved else None,
        account=_account(measured, persona),
        differences=tuple(_difference(measured, one) for one in measured.beside.differences),
    )


def _account(measured: MeasuredJourney, persona: Persona) -> tuple[LedgerRow, ...]:
    """The visitors of the map, those whom each rule leaves out, and the persona."""
    lang, beside = measured.lang, measured.beside
    if beside.account is None:
        return ()
    total, fits = beside.account.total.visitors, beside.account.fits.visitors

    def left_out(label: str, n: int) -> LedgerRow:
        return LedgerRow(label, MINUS + lang.number(n) if n else "0", lang.share(n / total) if total else "")

    rows = [LedgerRow(lang.text("Visitors of this map"), lang.number(total), sum=True)]
    if beside.rules.match == "all" and not beside.rules.groups:
        before = total
        for rule, figures in zip(beside.rules.rules, beside.account.rules, strict=True):
            now = figures.so_far.visitors
            sentence = rule_sentence(lang, rule, measured.names)
            rows.append(left_out(lang.text("Not: %(rule)s", rule=sentence), before - now))
            before = now
    else:
        rows.append(left_out(lang.text("Outside the segment"), total - fits))
    rows.append(LedgerRow(persona.name, lang.number(fits), lang.share(fits / total) if total else "", sum=True))
    return tuple(rows)


def _difference(measured: MeasuredJourney, one: PersonaDifference) -> DifferenceRow:
    lang, journey, shares = measured.lang, measured.journey, one.shares
    _, few = lang.text, lang.text("few")
    stages = {stage.key: lang.words(stage.name, stage.key) for stage in journey.stages}
    touchpoints = {found.key: lang.words(found.name, found.key) for _stage, found in journey.touchpoints}
    labels = {
        "goal": _("Reach “%(goal)s”, of all", goal=measured.goal_name(one.key)),
        "forward": _("Go on from %(stage)s", stage=stages.get(one.key, one.key)),
        "frustrated": _("Frustrated at %(touchpoint)s", touchpoint=touchpoints.get(one.key, one.key)),
    }
    known = min(shares.na, shares.nb) >= FEW
    return DifferenceRow(
        label=labels[one.what],
        persona=lang.share(shares.share_b or 0.0) if shares.nb >= FEW else few,
        others=lang.share(shares.share_a or 0.0) if shares.na >= FEW else few,
        points=lang.points(shares.diff) if known else "",
        interval=_("%(low)s to %(high)s", low=lang.points(shares.low), high=lang.points(shares.high)) if known else "",
    )
