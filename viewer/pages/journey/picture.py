"""A small picture of a journey map, drawn from its data: stages, touchpoints, cells, the typed curve and the goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rules.journey_lanes import laid_out
from store.journeys import BEST_MOOD, WORST_MOOD, Journey, Lane, LaneKind, Stage

WIDTH, HEIGHT = 184.0, 104.0
LABELS, HEAD = 22.0, 15.0  # width of the names of lanes, height of the stages
GAP = 1.5
LANES = 6  # at most; a line between two lanes counts as none
# What a map is recognised by, if not all lanes fit
TELLING: tuple[LaneKind, ...] = ("touchpoints", "emotion", "gap", "hours", "text", "opportunities", "pains")
HEIGHTS: dict[LaneKind, float] = {"touchpoints": 1.5, "emotion": 1.8, "hours": 1.8}  # others 1


@dataclass(frozen=True)
class PictureBox:
    """A rectangle. `css`: x (dark), p (grey), h (pale), t (outline), t2 (touchpoint)."""

    css: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class PictureLine:
    """`css`: l (a border), dl (dashed)."""

    css: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass
class MapPicture:
    """`curve` and `goals`: as SVG paths."""

    boxes: list[PictureBox] = field(default_factory=list)
    lines: list[PictureLine] = field(default_factory=list)
    curve: str = ""
    goals: list[str] = field(default_factory=list)


def map_picture(journey: Journey) -> MapPicture:
    """The picture of a map, stored or of a template."""
    drawing = _Drawing(laid_out(journey))
    drawing.stages()
    drawing.lanes()
    return drawing.made


class _Drawing:
    def __init__(self, journey: Journey) -> None:
        self._journey = journey
        self._column = (WIDTH - LABELS) / len(journey.stages)
        self.made = MapPicture()

    def stages(self) -> None:
        for i, stage in enumerate(self._journey.stages):
            x = LABELS + i * self._column
            self._line("l", x, 0, x, HEIGHT)
            self._box("x", i, 6, 5, 0.62)
            if stage.completes:
                middle = x + GAP + 0.31 * self._column
                self.made.goals.append(f"M{middle - 3.5:.1f} 0h7v2l-3.5 3l-3.5 -3z")

    def lanes(self) -> None:
        shown = _shown(self._journey.lanes)
        total = sum(_height(lane) for lane in shown)
        y = HEAD
        for lane in shown:
            if lane.kind == "line":
                self._line("dl", 0, y, WIDTH, y)
                continue
            height = (HEIGHT - HEAD) * _height(lane) / total
            self._line("l", 0, y, WIDTH, y)
            self.made.boxes.append(PictureBox("p", 4, round(y + 4, 1), 13, 3))
            self._lane(lane, y, height)
            y += height

    def _lane(self, lane: Lane, y: float, height: float) -> None:
        if lane.kind == "emotion":
            self._curve(lane, y, height)
            return
        for i, stage in enumerate(self._journey.stages):
            for css, top, tall, share in self._cell(lane, stage, height):
                self._box(css, i, y + top, tall, share)

    def _cell(self, lane: Lane, stage: Stage, height: float) -> Iterator[tuple[str, float, float, float]]:
        """What a cell shows: css, y within the lane, height, share of the column's width."""
        measured = bool(stage.touchpoints)
        match lane.kind:
            case "touchpoints":
                for n in range(min(len(stage.touchpoints), 2)):
                    yield "t2", 4 + n * 8, 7, 0.88
            case "hours" | "heatmaps" if measured:
                yield "h", 4, height - 8, 0.88
            case "channels" | "actions" | "feedback" | "steps" if measured:
                yield "p", 4, 3, 0.7
            case "targets" if any(one.targets for one in stage.touchpoints):
                yield "x", 4, 5, 0.35
            case "gap" if measured:
                yield "h", 4, 6, 0.88
                yield "x", 4, 6, 0.5
            case "opportunities" if any(one.stage == stage.key for one in self._journey.opportunities):
                yield "t", 4, 7, 0.6
            case "text" | "pains":
                if any(cell.lane == lane.key and cell.stage == stage.key and cell.text for cell in self._journey.cells):
                    yield "p", 4, 3, 0.7
                    yield "p", 9, 3, 0.45
                else:
                    yield "t", 3.5, min(height - 6, 8), 0.75

    def _curve(self, lane: Lane, y: float, height: float) -> None:
        moods = {cell.stage: cell.mood for cell in self._journey.cells if cell.lane == lane.key and not cell.touchpoint}
        points: list[tuple[float, float]] = []
        for i, stage in enumerate(self._journey.stages):
            mood = moods.get(stage.key)
            if mood is not None:
                share = (BEST_MOOD - mood) / (BEST_MOOD - WORST_MOOD)
                points.append((LABELS + (i + 0.5) * self._column, y + 3 + share * (height - 6)))
        if len(points) < 2:
            return
        path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
        for (x1, y1), (x2, y2) in pairwise(points):
            middle = (x1 + x2) / 2
            path += f"C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        self.made.curve = path

    def _box(self, css: str, column: int, y: float, height: float, share: float) -> None:
        x, width = LABELS + column * self._column + GAP, (self._column - 2 * GAP) * share
        self.made.boxes.append(PictureBox(css, round(x, 1), round(y, 1), round(width, 1), round(max(height, 1), 1)))

    def _line(self, css: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.made.lines.append(PictureLine(css, round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1)))


def _height(lane: Lane) -> float:
    return 0.0 if lane.kind == "line" else HEIGHTS.get(lane.kind, 1.0)


def _shown(lanes: tuple[Lane, ...]) -> list[Lane]:
    """The most telling lanes, in their order. All lines, which tell a blueprint."""
    visible = [lane for lane in lanes if not lane.hidden]
    ranked = [lane for kind in TELLING for lane in visible if lane.kind == kind]
    rest = [lane for lane in visible if lane.kind != "line" and lane not in ranked]
    first: list[Lane] = []
    for kind in TELLING:  # one of each kind before a second of any
        first += [lane for lane in ranked if lane.kind == kind][:1]
    kept = list(dict.fromkeys((*_hashable(first), *_hashable(ranked), *_hashable(rest))))[:LANES]
    return [lane for lane in visible if lane.kind == "line" or lane.key in kept]


def _hashable(lanes: list[Lane]) -> list[str]:
    return [lane.key for lane in lanes]
