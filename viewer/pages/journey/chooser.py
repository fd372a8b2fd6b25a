"""What a new journey can start from: pictures of the templates, drawn from their data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from rules.journey_seen import LEAST_VISITORS, SEEN, seen_fields
from rules.journey_template import (
    BLANK,
    NINE_STAGES,
    JourneyTemplate,
    NewMap,
    TemplateKind,
    fields_from,
    future_fields,
    template_kind,
    template_kinds,
)
from rules.journey_template import template as template_named
from store.journeys import Journey, SeenSite, Stage
from store.lenient import build
from viewer.pages.frame.languages import Language
from viewer.pages.journey.picture import MapPicture, map_picture

FUTURE = "future:"  # before the id of the map that a future state is made of
MOST_FUTURES = 6  # maps of today that are offered


@dataclass(frozen=True)
class TemplateCard:
    """`value`: what the form sends."""

    value: str
    name: str
    about: str
    picture: MapPicture
    on: bool = False
    off: bool = False  # it cannot be chosen yet


@dataclass(frozen=True)
class TemplateGroup:
    """The templates of one kind of map."""

    name: str
    about: str
    cards: tuple[TemplateCard, ...]


def template_groups(lang: Language, journeys: Iterable[Journey], chosen: str = NINE_STAGES) -> list[TemplateGroup]:
    """The kinds of map with their templates. A future state is made of a map of today, so it needs one."""
    current = [one for one in journeys if one.kind == "current"][:MOST_FUTURES]
    groups = []
    for kind in template_kinds():
        if kind.kind == "future":
            cards = [_future(lang, one, chosen) for one in current]
        else:
            cards = [_card(lang, kind, one, chosen) for one in kind.templates if one.key != BLANK]
        groups.append(TemplateGroup(lang.words(kind.name), lang.words(kind.about), tuple(cards)))
    return groups


def blank_card(lang: Language, chosen: str) -> TemplateCard:
    """The template without content."""
    found = template_named(BLANK)
    assert found
    return _card(lang, *found, chosen)


def seen_card(lang: Language, seen: SeenSite, chosen: str) -> TemplateCard:
    """A map of what was seen. With few visitors it says how many are missing, and cannot be chosen."""
    _ = lang.text
    fields = seen_fields(seen, NewMap(SEEN, lang.code))
    missing = max(0, LEAST_VISITORS - seen.visitors)
    stages = build(Journey, {**fields, "id": SEEN, "site": "", "name": SEEN}).stages if fields["stages"] else ()
    if missing:
        about = lang.plural(
            "%(num)s more visitor is needed in this period", "%(num)s more visitors are needed in this period", missing
        )
    else:
        about = lang.plural("Advised: of %(num)s visitor", "Advised: of %(num)s visitors", seen.visitors)
    drawn = Journey(id=SEEN, site="", name=SEEN, stages=stages or (Stage("empty", {"en": SEEN}),))
    return TemplateCard(SEEN, _("From what was seen"), about, map_picture(drawn), chosen == SEEN, bool(missing))


def _card(lang: Language, kind: TemplateKind, one: JourneyTemplate, chosen: str) -> TemplateCard:
    stages = tuple(replace(stage, completes="goal" if stage.key == one.goal_stage else "") for stage in one.stages)
    drawn = Journey(
        id=one.key, site="", name=one.key, kind=kind.kind, stages=stages, lanes=one.lanes or kind.lanes, cells=one.cells
    )
    return TemplateCard(one.key, lang.words(one.name), lang.words(one.about), map_picture(drawn), one.key == chosen)


def _future(lang: Language, current: Journey, chosen: str) -> TemplateCard:
    lanes = template_kind("future").lanes
    drawn = Journey(id="future", site="", name="future", kind="future", stages=current.stages, lanes=lanes)
    touchpoints = len(current.touchpoints)
    return TemplateCard(
        value=FUTURE + current.id,
        name=lang.text("From %(name)s", name=current.name),
        about=", ".join(
            (
                lang.plural("%(num)s stage", "%(num)s stages", len(current.stages)),
                lang.plural("%(num)s touchpoint", "%(num)s touchpoints", touchpoints),
            )
        ),
        picture=map_picture(drawn),
        on=FUTURE + current.id == chosen,
    )


def fields_of_choice(chosen: str, journeys: Iterable[Journey], new: NewMap) -> dict[str, object] | None:
    """The fields of a new journey made of what was chosen; None if there is no such template or map."""
    if chosen.startswith(FUTURE):
        current = next((one for one in journeys if one.id == chosen.removeprefix(FUTURE)), None)
        return future_fields(current, new) if current else None
    found = template_named(chosen)
    return fields_from(*found, new) if found else None
