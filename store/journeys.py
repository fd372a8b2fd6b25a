"""Journey maps as teams define them: stages with touchpoints, lanes with cells, personas and opportunities.

What is measured of them is computed when a question is asked (aggregator/answers/journey.py).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from store.records import Day, Key, Label, LanguageCode, Name, Pattern, Record, Text
from store.segments import Amount, ElementKey, PageText, Value

MAX_STAGES = 12  # of a journey
MAX_TOUCHPOINTS = 40  # of a stage
MAX_MATCHERS = 50  # of a touchpoint
MAX_TARGETS = 6  # of a touchpoint
MAX_LANES = 30
MAX_CELLS = 2_000
MAX_PERSONAS = 10
PERSONAS_ADVISED = 2  # a map that shows more of them is hard to read
MAX_OPPORTUNITIES = 200
MAX_ALSO_BEFORE = 2  # figures of an opportunity from before it was shipped, beside the main one
WORST_MOOD, BEST_MOOD = -2.0, 2.0

MapKind = Literal["current", "day", "future", "blueprint", "buyer"]
ContactKind = Literal["page", "element", "event", "channel", "offsite"]
TouchpointKind = Literal["page", "element", "event", "channel", "offsite", "manual"]
# What a lane shows: `text` is typed by the team, `line` only separates (a service blueprint), the others are measured.
LaneKind = Literal[
    "text", "line", "touchpoints", "channels", "actions", "emotion", "pains", "targets", "feedback", "heatmaps",
    "opportunities", "hours", "steps", "gap",
]  # fmt: skip
Evidence = Literal["measured", "research", "assumed"]
Metric = Literal[
    "reach", "forward", "goal", "exits", "bounce", "back", "frustrated", "engaged", "time_to_next", "path_fit",
]  # fmt: skip
OpportunityState = Literal["idea", "planned", "testing", "shipped", "dropped"]

Contact = Annotated[str, Meta(min_length=1, max_length=2_100)]  # `page:shop.example/jobs`, `event:code_refused`
Words = Annotated[str, Meta(max_length=500)]
CellText = Annotated[dict[LanguageCode, Annotated[str, Meta(min_length=1, max_length=2_000)]], Meta(max_length=20)]


class SeenPage(Struct, frozen=True):
    """A page with its visitors, and how early on their way they see it: 0 first, 1 last."""

    page: str
    visitors: int
    place: float


class SeenChannel(Struct, frozen=True):
    name: str
    visitors: int


class SeenSite(Struct, frozen=True):
    """What was seen on a site, for a map that begins with it."""

    visitors: int = 0
    pages: tuple[SeenPage, ...] = ()
    channels: tuple[SeenChannel, ...] = ()


class Matcher(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of contact. All of the given fields must hold; which ones count depends on `on`:

    - `page`: a view of `page`, a page or pattern;
    - `element`: a click on `element` of `page`;
    - `event`: an event `name`, on `page` if given, with a value from `least` to `most`;
    - `channel`: the first view of a visit that came by `channel`, `source`, `medium`, `campaign` or from `referrer`;
    - `offsite`: an event `name` that a program or an imported file sent without a page; `source`: the touchpoint that
      it names.
    """

    on: ContactKind
    page: PageText = ""
    element: ElementKey = ""
    name: Value = ""
    least: Amount | None = None
    most: Amount | None = None
    channel: Value = ""
    source: Value = ""
    medium: Value = ""
    campaign: Value = ""
    referrer: Value = ""


class KpiTarget(Struct, frozen=True):
    """What a figure of a touchpoint should be: at least or at most `value` (a share 0…1, or milliseconds)."""

    metric: Metric
    value: Annotated[float, Meta(ge=0, le=1e12)]
    wanted: Literal["least", "most"] = "least"


class Touchpoint(Struct, frozen=True):
    """A contact of any of the `pages` (patterns) or `matchers` touches it; without, it is typed only."""

    key: Key
    name: Label
    pages: Annotated[tuple[Pattern, ...], Meta(max_length=MAX_MATCHERS)]
    matchers: Annotated[tuple[Matcher, ...], Meta(max_length=MAX_MATCHERS)] = ()
    purpose: Text = field(default_factory=dict)
    expected_next: Annotated[tuple[Key, ...], Meta(max_length=MAX_TOUCHPOINTS)] = ()  # touchpoints
    targets: Annotated[tuple[KpiTarget, ...], Meta(max_length=MAX_TARGETS)] = ()

    @property
    def kind(self) -> TouchpointKind:
        if self.pages:
            return "page"
        return self.matchers[0].on if self.matchers else "manual"

    @property
    def contacts(self) -> tuple[Matcher, ...]:
        """Every way to touch it, those of its pages first."""
        return (*(Matcher(on="page", page=page) for page in self.pages), *self.matchers)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The pages whose views touch it."""
        return (*self.pages, *(one.page for one in self.matchers if one.on == "page"))


class Stage(Struct, frozen=True):
    """`goal` and `pains` are texts that `laid_out` moves into cells."""

    key: Key
    name: Label
    touchpoints: Annotated[tuple[Touchpoint, ...], Meta(max_length=MAX_TOUCHPOINTS)] = ()
    goal: Text = field(default_factory=dict)  # what the customer wants here
    pains: Annotated[  # obstacles
        tuple[Annotated[str, Meta(min_length=1, max_length=500)], ...], Meta(max_length=50)
    ] = ()
    window_days: Annotated[int, Meta(ge=0, le=365)] = 0  # for forward conversion; 0: that of the journey
    completes: Annotated[str, Meta(max_length=64)] = ""  # id of the goal that is reached in this stage


class Lane(Struct, frozen=True):
    key: Key
    kind: LaneKind
    name: Text = field(default_factory=dict)  # none: the usual name of its kind
    hidden: bool = False  # its texts are kept


class LaneCell(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the team wrote in a lane about a stage, or about one touchpoint of it. `mood`: in the lane of emotion.

    `other`: what somebody else wrote in the same place at the same time; both are kept until one is chosen.
    """

    lane: Key
    stage: Key
    touchpoint: Annotated[str, Meta(max_length=64)] = ""
    text: CellText = field(default_factory=dict)
    mood: Annotated[float, Meta(ge=WORST_MOOD, le=BEST_MOOD)] | None = None
    evidence: Evidence = "assumed"
    basis: Words = ""  # of research: "interviews, 4 of 9"
    other: CellText = field(default_factory=dict)
    other_by: Annotated[str, Meta(max_length=120)] = ""

    @property
    def place(self) -> tuple[str, str, str]:
        return (self.lane, self.stage, self.touchpoint)


class Persona(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A card of typed texts, and the saved segment that is counted for it."""

    key: Key
    name: Name
    segment: Annotated[str, Meta(max_length=64)] = ""  # id; "" = nobody is counted
    about: Words = ""
    goals: Words = ""
    fears: Words = ""
    quote: Words = ""
    devices: Words = ""


class FrozenFigure(Struct, frozen=True, omit_defaults=True):
    """A figure as it was measured when an opportunity was shipped: `k` of `n` visitors or visits, in the days given.
    `goal`: id of the goal of the metric `goal`; "": that in which the journey ends."""

    metric: Metric
    n: Annotated[int, Meta(ge=0)]
    k: Annotated[int, Meta(ge=0)]
    since: Day
    until: Day
    goal: Annotated[str, Meta(max_length=64)] = ""


class Opportunity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to change at a stage, or at one touchpoint of it."""

    key: Key
    title: Name
    stage: Key
    touchpoint: Annotated[str, Meta(max_length=64)] = ""
    state: OpportunityState = "idea"
    owner: Annotated[str, Meta(max_length=120)] = ""
    effort: Literal["", "small", "medium", "large"] = ""
    note: Annotated[str, Meta(max_length=2_000)] = ""
    experiment: Annotated[str, Meta(max_length=64)] = ""  # id
    shipped_on: Day = ""
    before: FrozenFigure | None = None
    also_before: Annotated[tuple[FrozenFigure, ...], Meta(max_length=MAX_ALSO_BEFORE)] = ()  # the others that were kept

    @property
    def kept(self) -> tuple[FrozenFigure, ...]:
        """All figures that were kept when it was shipped, the main one first."""
        return (self.before, *self.also_before) if self.before else ()


class Journey(Record, frozen=True, kw_only=True):
    """The order of stages and touchpoints counts: a contact belongs to the first touchpoint that matches it."""

    id: Key
    site: str
    name: Name
    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, max_length=MAX_STAGES)]
    kind: MapKind = "current"
    objective: Annotated[str, Meta(max_length=300)] = ""
    owner: Annotated[str, Meta(max_length=120)] = ""
    review_on: Day = ""
    window_days: Annotated[int, Meta(ge=1, le=365)] = 30  # for forward conversion
    goals: Annotated[tuple[Key, ...], Meta(max_length=10)] = ()  # ids of the site's goals
    lanes: Annotated[tuple[Lane, ...], Meta(max_length=MAX_LANES)] = ()  # none: the usual ones
    cells: Annotated[tuple[LaneCell, ...], Meta(max_length=MAX_CELLS)] = ()
    personas: Annotated[tuple[Persona, ...], Meta(max_length=MAX_PERSONAS)] = ()
    opportunities: Annotated[tuple[Opportunity, ...], Meta(max_length=MAX_OPPORTUNITIES)] = ()
    left_out: Annotated[tuple[Contact, ...], Meta(max_length=500)] = ()  # not shown as traffic without a touchpoint
    based_on: Annotated[str, Meta(max_length=64)] = ""  # of a future state: the id of the map of today

    @property
    def touchpoints(self) -> tuple[tuple[int, Touchpoint], ...]:
        """(index of its stage, touchpoint) in the order that decides ties."""
        return tuple((i, touchpoint) for i, stage in enumerate(self.stages) for touchpoint in stage.touchpoints)

    @property
    def main_goal(self) -> str:
        """Id of the goal of the map: the one that a stage completes, else the first of the journey; "" without one."""
        completed = (stage.completes for stage in self.stages if stage.completes)
        return next(completed, next(iter(self.goals), ""))
