"""The usual lanes of a journey map, and a journey whose typed texts all lie in cells of its lanes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from store.journeys import Journey, Lane, LaneCell, LaneKind, Stage

GOAL, PAINS = "goal", "pains"  # the lanes that the texts of a stage move into
# key, kind; in the usual order
USUAL: tuple[tuple[str, LaneKind], ...] = (
    (GOAL, "text"),
    ("actions", "actions"),
    ("touchpoints", "touchpoints"),
    ("channels", "channels"),
    ("thoughts", "text"),
    ("emotion", "emotion"),
    (PAINS, "pains"),
    ("targets", "targets"),
    ("feedback", "feedback"),
    ("opportunities", "opportunities"),
)
USUAL_NAMES: dict[str, dict[str, str]] = {
    GOAL: {"en": "Customer goal", "fr": "Objectif du client"},
    "actions": {"en": "Actions", "fr": "Actions"},
    "touchpoints": {"en": "Touchpoints", "fr": "Points de contact"},
    "channels": {"en": "Channel and device", "fr": "Canal et appareil"},
    "thoughts": {"en": "Thoughts and questions", "fr": "Pensées et questions"},
    "emotion": {"en": "Emotion", "fr": "Émotion"},
    PAINS: {"en": "Pain points", "fr": "Obstacles et points de douleur"},
    "targets": {"en": "Targets", "fr": "Mesures et objectifs"},
    "feedback": {"en": "Feedback", "fr": "Retours clients"},
    "opportunities": {"en": "Opportunities", "fr": "Opportunités"},
}
# Measured lanes that can be added beside the usual ones
MORE: tuple[tuple[str, LaneKind], ...] = (("heatmaps", "heatmaps"), ("hours", "hours"), ("steps", "steps"))
MORE_NAMES: dict[str, dict[str, str]] = {
    "heatmaps": {"en": "Heatmap", "fr": "Carte thermique"},
    "hours": {"en": "When visited", "fr": "Heures de visite"},
    "steps": {"en": "Steps to the goal", "fr": "Étapes jusqu’au but"},
}
USUAL_LANES = tuple(Lane(key, kind, USUAL_NAMES[key]) for key, kind in USUAL)
TYPED_KINDS: frozenset[LaneKind] = frozenset({"text", "pains", "emotion", "gap"})  # lanes that have cells


def laid_out(journey: Journey) -> Journey:
    """The journey with its lanes, the usual ones if it has none, and the texts of its stages moved into cells.

    A cell that exists keeps its text. Idempotent: journeys stored before there were lanes are read through it too.
    """
    lanes = journey.lanes or USUAL_LANES
    taken = {cell.place for cell in journey.cells}
    moved = [
        cell
        for stage in journey.stages
        for cell in _cells_of(stage)
        if cell.place not in taken and any(lane.key == cell.lane for lane in lanes)
    ]
    stages = tuple(replace(stage, goal={}, pains=()) for stage in journey.stages)
    return replace(journey, lanes=lanes, cells=(*journey.cells, *moved), stages=stages)


def _cells_of(stage: Stage) -> Iterator[LaneCell]:
    if stage.goal:
        yield LaneCell(lane=GOAL, stage=stage.key, text=stage.goal)
    if stage.pains:
        yield LaneCell(lane=PAINS, stage=stage.key, text={"en": "\n".join(stage.pains)})
