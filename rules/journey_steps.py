"""How long the expected path of a journey is."""

from __future__ import annotations

from store.journeys import Journey, Stage


def expected_steps(journey: Journey, stage: Stage) -> int:
    """The touchpoints on the shortest path along `expected_next`, from one that no other leads to until the first of a
    stage, both counted; 0 if none leads there."""
    follow = {touchpoint.key: touchpoint.expected_next for _, touchpoint in journey.touchpoints}
    led_to = {key for keys in follow.values() for key in keys}
    wanted = {touchpoint.key for touchpoint in stage.touchpoints} & led_to
    reached, edge, steps = set[str](), {key for key, keys in follow.items() if keys and key not in led_to}, 1
    while edge:
        if edge & wanted:
            return steps
        reached |= edge
        edge = {after for key in edge for after in follow.get(key, ())} - reached
        steps += 1
    return 0
