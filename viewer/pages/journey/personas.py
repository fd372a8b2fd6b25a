"""The personas of a map: a switch of who is counted, and the card of the one that is on."""

from __future__ import annotations

from dataclasses import dataclass

from store.journeys import PERSONAS_ADVISED, Persona
from viewer.pages.frame.page import Choice
from viewer.pages.journey.measured import MeasuredJourney


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
    every, lang = measured.journey.personas, measured.lang
    if not every:
        return Personas()
    links = measured.links
    on = next((one for one in every if one.key == measured.persona), None)
    everyone = Choice(lang.text("Everyone"), links.keeping(persona="").to(segment="", tree=None), on is None)
    switch = (everyone, *(_choice(measured, one, one is on) for one in every))
    return Personas(switch, _card(measured, on) if on else None, len(every) > PERSONAS_ADVISED)


def _choice(measured: MeasuredJourney, persona: Persona, on: bool) -> Choice:
    links = measured.links.keeping(persona=persona.key)
    saved = next((one for one in measured.asked.known.segments if one.id == persona.segment), None)
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
