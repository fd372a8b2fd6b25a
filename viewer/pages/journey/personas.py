"""The personas of a map: a switch of who is counted, and the card of the one that is on."""

from __future__ import annotations

from dataclasses import dataclass

from rules.question import Question
from store.journeys import PERSONAS_ADVISED, Journey, Persona
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.map.links import Links
from viewer.questions import Asked


@dataclass(frozen=True)
class PersonaCard:
    """What the team wrote about a persona. `segment`: the name of the saved segment that is counted for it, with its
    address; None if nobody is."""

    name: str
    place: str
    quote: str
    about: tuple[tuple[str, str], ...]  # (label, text)
    segment: Choice | None


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
    switch = persona_switch(measured.lang, measured.links, measured.asked, measured.journey)
    return Personas(switch, _card(measured, on) if on else None, len(every) > PERSONAS_ADVISED)


def persona_of(journey: Journey, question: Question, key: str) -> str:
    """The key of the persona whose numbers are shown: the one named, or whose segment is counted; "" for everyone."""
    named = (one.key for one in journey.personas if one.key == key)
    counted = (one.key for one in journey.personas if one.segment and one.segment == question.segment)
    return next(named, next(counted, ""))


def persona_switch(lang: Language, links: Links, asked: Asked, journey: Journey) -> tuple[Choice, ...]:
    """Everyone and each persona of a journey, as links to the page of `links`; none without personas."""
    if not journey.personas:
        return ()
    on = persona_of(journey, asked.question, dict(links.extra).get("persona", ""))
    everyone = Choice(lang.text("Everyone"), links.keeping(persona="").to(segment="", tree=None), not on)
    return (everyone, *(_choice(links, asked, one, one.key == on) for one in journey.personas))


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
    )
