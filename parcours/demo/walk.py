"""A simulated visitor walks through the shop: pure, from habits and real layouts to batches of the wire."""

from __future__ import annotations

import math
import secrets
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from collector.wire import VERSION, Batch, ClickColumns, Elements, HoverColumns, Scroll, ViewContext, ViewTotals
from parcours.demo.crowd import DAY, Visitor
from parcours.demo.ground import Ground, Spot
from parcours.demo.habits import EFFECTS, Move, PageHabits, Use

EXPERIMENT = "buy-button"
TESTED = "/table-lamps/luciole"
MOST_PAGES = 14  # of one visit
SLIPS = 0.045  # views with a click on something that is no control
COMES_BACK = 0.22  # of those who left without an order
ASKS_HELP = 0.16  # of those who ordered, some days later
BASKET_BY_HEADER = (
    0.93  # of those who put something into the basket; the others by the panel, whose picture is not taken
)
PANEL = "aside#added>a:1"
OPENERS = {"menu": ("button#menu-button", "button#lamps-button")}  # state → what opens it, the first one shown
LEFT = 7  # wire.EFFECTS: the page was left
Grounds = Mapping[tuple[str, int, str], Ground]  # (page path, width, variant or "") → its layout


@dataclass
class Click:
    spot: Spot
    box: tuple[float, float]  # width and height of the element, px
    effect: int
    gap: int  # ms since the click before
    delay: int = 1  # of the effect, 10 ms


@dataclass(frozen=True)
class View:
    """One showing of a page: `to` is the path gone on to, "" when the shop was left."""

    batch: Batch
    ms: int
    to: str


class Walker:
    """Acts out the habits. `origin` is the shop's address without a slash at its end."""

    def __init__(self, origin: str, habits: Mapping[str, PageHabits], grounds: Grounds, random: Random) -> None:
        self.origin, self.habits, self.grounds, self.random = origin, habits, grounds, random

    def journey(self, visitor: Visitor, now: int) -> Iterator[Batch]:
        """All visits of one visitor that ended before `now` (ms since 1970), one batch a view."""
        ordered = yield from self._visit(visitor, now)
        if self.random.random() < (ASKS_HELP if ordered else COMES_BACK):
            entry = "/help" if ordered else self.random.choice(("/table-lamps", TESTED, "/basket"))
            later = visitor.came + int(self.random.uniform(0.6, 9 if ordered else 6) * DAY)
            yield from self._visit(replace(visitor, came=later, entry=entry, referrer="", query=""), now)

    def _visit(self, visitor: Visitor, now: int) -> Generator[Batch, None, bool]:
        """The views of one visit; gives back whether it ended with an order."""
        page, referrer, clock = visitor.entry, visitor.referrer, visitor.came
        for number in range(MOST_PAGES):
            if not self._knows(visitor, page):
                return False  # no picture of that page: nothing is known of its elements
            view = self.view(visitor, page, referrer, clock, "" if number else visitor.query)
            clock += view.ms
            if clock > now:
                return False
            yield view.batch
            if not view.to:
                return page == "/thanks"
            page, referrer = view.to, self.origin + page
            clock += self.random.randint(150, 900)
        return False

    def _ground(self, visitor: Visitor, page: str) -> tuple[str, int, str]:
        return page, visitor.width, visitor.variant if page == TESTED else ""

    def _knows(self, visitor: Visitor, page: str) -> bool:
        return self._ground(visitor, page) in self.grounds

    def view(self, visitor: Visitor, page: str, referrer: str, t0: int, query: str = "") -> View:
        habits = self.habits[page]
        tested = page == TESTED
        ground = self.grounds[self._ground(visitor, page)]
        used = self._uses(habits, visitor)
        to, clicks = self._ways(ground, habits, used, visitor)
        engaged = int(self.random.lognormvariate(math.log(habits.seconds), 0.6) * 1000)
        engaged += sum(click.gap for click in clicks) // 3
        ms = int(engaged * self.random.uniform(1.05, 1.7)) + sum(click.gap for click in clicks)
        elements: dict[int, int] = {}  # index in the layout → in the batch
        batch = Batch(
            v=VERSION,
            view=secrets.token_urlsafe(18),
            seq=0,
            sent=t0 + ms,
            t0=t0,
            ctx=self._context(visitor, ground, page, referrer, query, tested),
            sum=ViewTotals(ms=engaged, clicks=len(clicks)),
            click=_clicks(clicks, elements, visitor.touch) if clicks else None,
            hover=None if visitor.touch else self._hovers(ground, clicks, habits, engaged, elements),
            scroll=self._scroll(ground, habits, visitor, clicks, engaged, elements),
        )
        records = [ground.record(i) for i in elements]
        batch.el = Elements(p=[path for path, _ in records], f=[marks for _, marks in records])
        return View(batch, ms, to)

    def _uses(self, habits: PageHabits, visitor: Visitor) -> list[Use]:
        done: list[Use] = []
        for use in habits.also:
            if use.after and use.after not in {one.path for one in done}:
                continue
            if self.random.random() < use.likely(visitor.variant, visitor.touch):
                done.append(use)
        return done

    def _ways(self, ground: Ground, habits: PageHabits, used: list[Use], visitor: Visitor) -> tuple[str, list[Click]]:
        """Where they go on to, and all clicks of the view, the one that leads there last."""
        clicks: list[Click] = []
        for use in used:
            clicks += self._use(ground, use, visitor)
        if self.random.random() < SLIPS:
            clicks += self._slip(ground)
        if not any(use.after for use in used):  # else the order tells the story
            self.random.shuffle(clicks)
        if any(use.basket for use in used):
            by_header = self.random.random() < BASKET_BY_HEADER
            move = Move("/basket", 0.78, {"a#basket-link" if by_header else PANEL: 1})
            moves: tuple[Move, ...] = (move,)
        else:
            moves = habits.next
        patience = math.prod(use.sours for use in used)
        draw = self.random.random()
        for move in moves:
            draw -= move.chance * patience
            if draw < 0:
                return move.page, clicks + self._lead(ground, move)
        return "", clicks

    def _use(self, ground: Ground, use: Use, visitor: Visitor) -> list[Click]:
        # the row with the steppers stands elsewhere in the two variants
        path = use.path.replace(":QTY", ":1" if visitor.variant == "b" else ":3")
        i = ground.find(path)
        if i is None:
            return []
        times = self.random.randint(1, use.times)
        patient = self.random.random() < 0.4
        first = self._click(ground, i, EFFECTS[use.effect], self.random.randint(900, 9000))
        again = [
            replace(
                self._click(ground, i, EFFECTS[use.effect], 0, near=first.spot),
                gap=self.random.randint(1600, 3500) if patient else self.random.randint(160, 700),
            )
            for _ in range(times - 1)
        ]
        return [first, *again]

    def _slip(self, ground: Ground) -> list[Click]:
        x = self.random.gauss(0.5, 0.22) * ground.layout.width
        y = self.random.random() ** 1.6 * ground.layout.height * 0.7
        if not 0 <= x < ground.layout.width:
            return []
        spot = ground.at(x, y)
        if ground.is_control(spot.element):
            return []
        effect = EFFECTS["selection" if self.random.random() < 0.4 else "none"]
        return [Click(spot, ground.box[spot.element][2:], effect, self.random.randint(900, 8000))]

    def _lead(self, ground: Ground, move: Move) -> list[Click]:
        known = {p: weight for p, weight in move.by.items() if ground.find(p) is not None or ground.opened(p)}
        if known:
            path = self.random.choices(list(known), list(known.values()))[0]
            if state := ground.opened(path):
                return self._through(ground, state, path)
            return [self._click(ground, ground.index[path], LEFT, self.random.randint(1200, 9000))]
        hidden = next((ground.index[path] for path in move.by if path == PANEL and path in ground.index), None)
        if hidden is None:
            return []  # by the browser's own buttons, or the address
        width, top = ground.layout.width, 180.0
        spot = Spot(hidden, self.random.uniform(0.2, 0.8), self.random.uniform(0.2, 0.8), width - 160.0, top)
        return [Click(spot, (238.0, 52.0), LEFT, self.random.randint(1200, 4000))]

    def _through(self, ground: Ground, state: str, path: str) -> list[Click]:
        """Open a state, and press in it what leads on."""
        openers = [i for p in OPENERS.get(state, ()) if (i := ground.find(p)) is not None][:1]
        clicks = [self._click(ground, i, EFFECTS["page"], self.random.randint(900, 7000)) for i in openers]
        opened = ground.states[state]
        click = self._click(opened, opened.index[path], LEFT, self.random.randint(700, 4000))
        # the batch names elements by their place in the layout of the page as it opens
        held = ground.index.get(opened.layout.paths[click.spot.element], ground.index[path])
        return [*clicks, replace(click, spot=replace(click.spot, element=held))]

    def _click(self, ground: Ground, i: int, effect: int, gap: int, near: Spot | None = None) -> Click:
        """Somewhere on the element, more in its middle; `near` for a click again on the same place."""
        if near is not None:
            spot = ground.spot(i, *(self._within(v, 0.02) for v in self._back(ground, i, near)))
        else:
            spot = ground.spot(i, self._within(0.5, 0.17), self._within(0.52, 0.17))
        return Click(spot, ground.box[spot.element][2:], effect, gap, self.random.randint(0, 6))

    def _back(self, ground: Ground, i: int, spot: Spot) -> tuple[float, float]:
        left, top, w, h = ground.box[i]
        return (spot.x - left) / w, (spot.y - top) / h

    def _within(self, middle: float, spread: float) -> float:
        return min(0.97, max(0.03, self.random.gauss(middle, spread)))

    def _context(
        self, visitor: Visitor, ground: Ground, page: str, referrer: str, query: str, tested: bool
    ) -> ViewContext:
        return ViewContext(
            url=self.origin + page + (f"?{query}" if query else ""),
            vw=visitor.width,
            vh=visitor.height,
            pw=ground.layout.width,
            ph=ground.layout.height,
            ref=referrer,
            dpr=2.0 if visitor.touch else 1.0,
            touch=visitor.touch,
            lang=visitor.language,
            tz=60,
            variants={EXPERIMENT: visitor.variant} if tested else {},
            consent=True,
            id=visitor.id,
        )

    def _hovers(
        self, ground: Ground, clicks: list[Click], habits: PageHabits, engaged: int, elements: dict[int, int]
    ) -> HoverColumns:
        """Where the mouse rests: before each click, and on what is read."""
        rests = [c.spot for c in clicks if ground.shown(c.spot.element) and self.random.random() < 0.8]
        reached = ground.layout.height * max(0.35, habits.read)
        for i in self.random.sample(ground.resting, min(len(ground.resting), self.random.randint(2, 9))):
            if ground.box[i][1] < reached:
                rests.append(ground.spot(i, self._within(0.4, 0.2), self._within(0.5, 0.2)))
        hovers = HoverColumns(e=[], c=[], d=[], w=[], h=[], px=[], py=[])
        for spot in rests:
            _, _, w, h = ground.box[spot.element]
            hovers.e.append(elements.setdefault(spot.element, len(elements)))
            hovers.c.append(min(7, int(spot.fy * 8)) * 8 + min(7, int(spot.fx * 8)))
            hovers.d.append(min(engaged, 250 + int(self.random.expovariate(1 / 700))))
            hovers.w.append(round(w))
            hovers.h.append(round(h))
            hovers.px.append(round(spot.x))
            hovers.py.append(round(spot.y))
        return hovers

    def _scroll(
        self,
        ground: Ground,
        habits: PageHabits,
        visitor: Visitor,
        clicks: list[Click],
        engaged: int,
        elements: dict[int, int],
    ) -> Scroll:
        """How far they went: at least to what they clicked; the element at the window's bottom edge then."""
        height, below = ground.layout.height, max(0, ground.layout.height - visitor.height)
        share = self.random.betavariate(1.2, 1.2 * (1 - habits.read) / habits.read)
        depth = min(height, visitor.height) + share * below
        depth = min(height, max([depth, *(click.spot.y + self.random.randint(40, 200) for click in clicks)]))
        edge = ground.at(ground.layout.width / 2, depth - 1)
        bands = [0] * 20
        looks = max(1, round((depth - visitor.height) / 400) + 1)
        for look in range(looks):
            bottom = visitor.height + (depth - visitor.height) * look / max(1, looks - 1)
            first, last = (bottom - visitor.height) / height, bottom / height
            for band in range(20):
                if (band + 1) / 20 > first and band / 20 < last:
                    bands[band] += engaged // looks
        return Scroll(
            e=elements.setdefault(edge.element, len(elements)),
            y=round(edge.fy * 10_000),
            depth=round(depth),
            ph=height,
            bands=bands,
        )


def _clicks(clicks: list[Click], elements: dict[int, int], touch: bool) -> ClickColumns:
    return ClickColumns(
        t=[click.gap for click in clicks],
        e=[elements.setdefault(click.spot.element, len(elements)) for click in clicks],
        x=[round(click.spot.fx * 10_000) for click in clicks],
        y=[round(click.spot.fy * 10_000) for click in clicks],
        w=[round(click.box[0]) for click in clicks],
        h=[round(click.box[1]) for click in clicks],
        px=[round(click.spot.x) for click in clicks],
        py=[round(click.spot.y) for click in clicks],
        b=[0] * len(clicks),
        k=[2 if touch else 0] * len(clicks),
        r=[click.effect for click in clicks],
        d=[click.delay if click.effect else 0 for click in clicks],
    )
