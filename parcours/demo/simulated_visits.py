"""Simulated visits to the shop: from habits and real layouts to batches in the wire format. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from collector.wire import (
    VERSION,
    Batch,
    ClickColumns,
    CustomColumns,
    Elements,
    HoverColumns,
    Scroll,
    ViewContext,
    ViewTotals,
)
from parcours.demo import answering, form_filling
from parcours.demo.habits import EFFECTS, Move, PageHabits, Use
from parcours.demo.page_layout import PageLayout, Spot
from parcours.demo.scenario import EXPERIMENT, Dates
from parcours.demo.visitors import Visitor, letters
from store.flags import TOUCH
from store.layouts import Layout

TESTED = "/table-lamps/luciole"
MAX_PAGES = 14  # per visit
BARE_HEIGHT = 1200  # CSS px, of a page without a picture
STRAY_CLICKS = 0.045  # share of views with a click on something that is not a control
# Share of those who go to the basket through the header; the others use the panel, which has no picture.
BASKET_BY_HEADER = 0.93
PANEL = "aside#added>a:1"
OPENERS = {"menu": ("button#menu-button", "button#lamps-button")}  # state → its openers; the first visible one is used
LEFT = 7  # code of wire.EFFECTS: the visitor left the page
PageLayouts = Mapping[tuple[str, int, str], PageLayout]  # (page path, width, variant or "") → its layout


@dataclass
class SimulatedClick:
    spot: Spot
    box: tuple[float, float]  # width and height of the element, px
    effect: int
    gap: int  # ms since the previous click
    delay: int = 1  # of the effect, 10 ms


@dataclass(frozen=True)
class VisitPlan:
    """What a visitor came for: the pages to see one after another, and the elements surely used on them.

    Without pages, chance decides from the first page on.
    """

    pages: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()

    def after(self, number: int) -> str | None:
        """The page after the one with this number, "" after the last one; None: by chance."""
        if not self.pages:
            return None
        return self.pages[number + 1] if number + 1 < len(self.pages) else ""


BY_CHANCE = VisitPlan()


@dataclass(frozen=True)
class VisitStep:
    """One view of a visit: when it begins (ms since 1970), where it comes from, and what is planned."""

    t0: int
    referrer: str = ""
    query: str = ""
    uses: frozenset[str] = frozenset()
    to: str | None = None  # the next page, "" = none; None: by chance
    trouble: bool = False  # the button of the discount code did nothing for this visitor before
    asked: bool = False  # by a survey, earlier in the visit


@dataclass(frozen=True)
class SimulatedView:
    """One view of a page; `to` is the path of the next one, "" if the visitor left the shop."""

    batch: Batch
    ms: int
    to: str
    trouble: bool = False  # the button of the discount code did nothing, here or before


@dataclass(frozen=True)
class SimulatedVisit:
    """The batches of a visit, one for each view; its pages; and when it ended, ms since 1970."""

    batches: tuple[Batch, ...]
    pages: tuple[str, ...]
    ended: int

    @property
    def ordered(self) -> bool:
        return "/thanks" in self.pages


class VisitSimulator:
    """Follows the habits. `origin` is the address of the shop without a trailing slash."""

    def __init__(
        self, origin: str, habits: Mapping[str, PageHabits], layouts: PageLayouts, dates: Dates, random: Random
    ) -> None:
        self.origin, self.habits, self.layouts = origin, habits, layouts
        self.dates, self.random = dates, random

    def visit(self, visitor: Visitor, plan: VisitPlan = BY_CHANCE) -> SimulatedVisit:
        """A visit that begins at `visitor.came`, as far as its views ended before now."""
        page, referrer, clock = visitor.entry, visitor.referrer, visitor.came
        batches: list[Batch] = []
        pages: list[str] = []
        trouble = asked = False
        for number in range(MAX_PAGES):
            step = VisitStep(
                clock, referrer, "" if number else visitor.query, plan.uses, plan.after(number), trouble, asked
            )
            view = self.view(visitor, page, step)
            trouble, asked = view.trouble, asked or answering.was_asked(view.batch.ask)
            if clock + view.ms > self.dates.now:
                break
            clock += view.ms
            batches.append(view.batch)
            pages.append(page)
            if not view.to:
                break
            page, referrer = view.to, self.origin + page
            clock += self.random.randint(150, 900)
        return SimulatedVisit(tuple(batches), tuple(pages), clock)

    def _is_tested(self, page: str, t0: int) -> bool:
        return page == TESTED and t0 >= self.dates.experiment_began

    def _layout(self, visitor: Visitor, page: str, tested: bool) -> PageLayout:
        """The layout of the page's picture; one without elements if it has none."""
        found = self.layouts.get((page, visitor.width, visitor.variant if tested else ""))
        return found or bare_layout(visitor.width)

    def view(self, visitor: Visitor, page: str, step: VisitStep) -> SimulatedView:
        habits, t0 = self.habits[page], step.t0
        tested = self._is_tested(page, t0)
        layout = self._layout(visitor, page, tested)
        used = self._uses(habits, visitor, step)
        to, clicks = self._actions(layout, habits, used, visitor, step.to)
        engaged = int(self.random.lognormvariate(math.log(habits.seconds), 0.6) * 1000)
        engaged += sum(click.gap for click in clicks) // 3
        ms = int(engaged * self.random.uniform(1.05, 1.7)) + sum(click.gap for click in clicks)
        elements: dict[int, int] = {}  # index in the layout → in the batch
        batch = Batch(
            v=VERSION,
            view=letters(self.random),
            seq=0,
            sent=t0 + ms,
            t0=t0,
            ctx=self._context(visitor, layout, page, step, tested),
            sum=ViewTotals(ms=engaged, clicks=len(clicks)),
            click=_clicks(clicks, elements, visitor.touch) if clicks else None,
            hover=None if visitor.touch else self._hovers(layout, clicks, habits, engaged, elements),
            scroll=self._scroll(layout, habits, visitor, clicks, engaged, elements),
            custom=self._events(habits, used, sum(click.gap for click in clicks)),
        )
        if page == form_filling.PAGE:
            self._fill_form(batch, layout, used, to, elements)
        trouble = step.trouble or any(use.fails and t0 >= self.dates.code_failed for use in used)
        self._answer(batch, page, visitor, replace(step, trouble=trouble))
        records = [layout.record(i) for i in elements]
        batch.el = Elements(p=[path for path, _ in records], f=[marks for _, marks in records])
        return SimulatedView(batch, ms, to, trouble)

    def _answer(self, batch: Batch, page: str, visitor: Visitor, step: VisitStep) -> None:
        """Add what the visitor is asked on the page."""
        if batch.t0 < self.dates.now - answering.FIRST_ASKED:
            return
        # Its own source of chance: the other figures of the demo stay as they are.
        random = Random(f"asked {batch.ctx.id}{batch.t0}")
        batch.ask = answering.answers_on(page, visitor.language, trouble=step.trouble, recent=step.asked, random=random)

    def _events(self, habits: PageHabits, used: Iterable[Use], after: int) -> CustomColumns | None:
        """The events of the page, at once, and of what was used on it, `after` ms."""
        sent: list[tuple[int, Use | PageHabits]] = [(0, habits)] if habits.sends else []
        sent += [(after, use) for use in used if use.sends]
        if not sent:
            return None
        times = [at for at, _ in sent]
        return CustomColumns(
            t=[at - before for at, before in zip(times, [0, *times], strict=False)],
            n=[of.sends for _, of in sent],
            v=[self.random.choice(of.value) if of.value else None for _, of in sent],
        )

    def _fill_form(self, batch: Batch, layout: PageLayout, used: list[Use], to: str, elements: dict[int, int]) -> None:
        """Add what was done in the form of the page, as far as its fields are in the layout."""
        # Its own source of chance: the other figures of the demo stay as they are.
        filled = form_filling.fill_form({use.path for use in used}, to, Random(f"{batch.ctx.id}{batch.t0}"))
        if filled is None or any(path not in layout.index for path in filled.paths):
            return
        at = [elements.setdefault(layout.index[path], len(elements)) for path in filled.paths]
        filled.inputs.e[:] = [at[i] for i in filled.inputs.e]
        batch.input = filled.inputs
        if filled.submits is not None:
            filled.submits.e[:] = [at[i] for i in filled.submits.e]
            batch.submit = filled.submits

    def _uses(self, habits: PageHabits, visitor: Visitor, step: VisitStep) -> list[Use]:
        done: list[Use] = []
        variant = visitor.variant if step.t0 >= self.dates.experiment_began else "a"
        for use in habits.also:
            if use.path not in step.uses:
                if use.after and use.after not in {one.path for one in done}:
                    continue
                if self.random.random() >= use.probability(variant, visitor.touch):
                    continue
            done.append(use.working if use.fails and step.t0 < self.dates.code_failed else use)
        return done

    def _actions(
        self, layout: PageLayout, habits: PageHabits, used: list[Use], visitor: Visitor, planned: str | None
    ) -> tuple[str, list[SimulatedClick]]:
        """The next page, and all clicks of the view; the last one leads to that page."""
        clicks: list[SimulatedClick] = []
        for use in used:
            clicks += self._use(layout, use, visitor)
        if self.random.random() < STRAY_CLICKS:
            clicks += self._stray_click(layout)
        if not any(use.after for use in used):  # otherwise the order matters
            self.random.shuffle(clicks)
        if planned is None:
            move = self._move(habits, used)
        else:
            known = (move for move in habits.next if move.page == planned)
            move = next(known, Move(planned, 1, {})) if planned else None
        if move is None:
            return "", clicks
        return move.page, clicks + self._click_through(layout, move)

    def _move(self, habits: PageHabits, used: list[Use]) -> Move | None:
        """Where chance leads from a page on which these elements were used; None: away."""
        moves = habits.next
        if any(use.basket for use in used):
            by_header = self.random.random() < BASKET_BY_HEADER
            moves = (Move("/basket", 0.78, {"a#basket-link" if by_header else PANEL: 1}),)
        patience = math.prod(use.patience for use in used)
        draw = self.random.random()
        for move in moves:
            draw -= move.chance * patience
            if draw < 0:
                return move
        return None

    def _use(self, layout: PageLayout, use: Use, visitor: Visitor) -> list[SimulatedClick]:
        # The position of the quantity row differs between the variants.
        path = use.path.replace(":QTY", ":1" if visitor.variant == "b" else ":3")
        i = layout.find(path)
        if i is None:
            return []
        times = self.random.randint(1, use.times)
        patient = self.random.random() < 0.4
        first = self._click(layout, i, EFFECTS[use.effect], self.random.randint(900, 9000))
        again = [
            replace(
                self._click(layout, i, EFFECTS[use.effect], 0, near=first.spot),
                gap=self.random.randint(1600, 3500) if patient else self.random.randint(160, 700),
            )
            for _ in range(times - 1)
        ]
        return [first, *again]

    def _stray_click(self, layout: PageLayout) -> list[SimulatedClick]:
        x = self.random.gauss(0.5, 0.22) * layout.columns.width
        y = self.random.random() ** 1.6 * layout.columns.height * 0.7
        if not 0 <= x < layout.columns.width:
            return []
        spot = layout.at(x, y)
        if layout.is_control(spot.element):
            return []
        effect = EFFECTS["selection" if self.random.random() < 0.4 else "none"]
        return [SimulatedClick(spot, layout.box[spot.element][2:], effect, self.random.randint(900, 8000))]

    def _click_through(self, layout: PageLayout, move: Move) -> list[SimulatedClick]:
        known = {p: weight for p, weight in move.by.items() if layout.find(p) is not None or layout.opened(p)}
        if known:
            path = self.random.choices(list(known), list(known.values()))[0]
            if state := layout.opened(path):
                return self._in_state(layout, state, path)
            return [self._click(layout, layout.index[path], LEFT, self.random.randint(1200, 9000))]
        hidden = next((layout.index[path] for path in move.by if path == PANEL and path in layout.index), None)
        if hidden is None:
            return []  # with the buttons of the browser, or by typing the address
        width, top = layout.columns.width, 180.0
        spot = Spot(hidden, self.random.uniform(0.2, 0.8), self.random.uniform(0.2, 0.8), width - 160.0, top)
        return [SimulatedClick(spot, (238.0, 52.0), LEFT, self.random.randint(1200, 4000))]

    def _in_state(self, layout: PageLayout, state: str, path: str) -> list[SimulatedClick]:
        """Open a state of the page and click the link in it."""
        openers = [i for p in OPENERS.get(state, ()) if (i := layout.find(p)) is not None][:1]
        clicks = [self._click(layout, i, EFFECTS["page"], self.random.randint(900, 7000)) for i in openers]
        opened = layout.states[state]
        click = self._click(opened, opened.index[path], LEFT, self.random.randint(700, 4000))
        # The batch refers to elements by their index in the layout of the initial page.
        held = layout.index.get(opened.columns.paths[click.spot.element], layout.index[path])
        return [*clicks, replace(click, spot=replace(click.spot, element=held))]

    def _click(self, layout: PageLayout, i: int, effect: int, gap: int, near: Spot | None = None) -> SimulatedClick:
        """A click on the element, usually near its middle; `near` repeats a previous click."""
        if near is not None:
            spot = layout.spot(i, *(self._within(v, 0.02) for v in self._fractions(layout, i, near)))
        else:
            spot = layout.spot(i, self._within(0.5, 0.17), self._within(0.52, 0.17))
        return SimulatedClick(spot, layout.box[spot.element][2:], effect, gap, self.random.randint(0, 6))

    def _fractions(self, layout: PageLayout, i: int, spot: Spot) -> tuple[float, float]:
        left, top, w, h = layout.box[i]
        return (spot.x - left) / w, (spot.y - top) / h

    def _within(self, middle: float, spread: float) -> float:
        return min(0.97, max(0.03, self.random.gauss(middle, spread)))

    def _context(self, visitor: Visitor, layout: PageLayout, page: str, step: VisitStep, tested: bool) -> ViewContext:
        return ViewContext(
            url=self.origin + page + (f"?{step.query}" if step.query else ""),
            vw=visitor.width,
            vh=visitor.height,
            pw=layout.columns.width,
            ph=layout.columns.height,
            ref=step.referrer,
            dpr=2.0 if visitor.touch else 1.0,
            touch=visitor.touch,
            lang=visitor.language,
            tz=60,
            variants={EXPERIMENT: visitor.variant} if tested else {},
            consent=True,
            id=visitor.id,
        )

    def _hovers(
        self,
        layout: PageLayout,
        clicks: list[SimulatedClick],
        habits: PageHabits,
        engaged: int,
        elements: dict[int, int],
    ) -> HoverColumns:
        """Where the pointer rests: before each click, and on what is read."""
        rests = [c.spot for c in clicks if layout.shown(c.spot.element) and self.random.random() < 0.8]
        reached = layout.columns.height * max(0.35, habits.read)
        for i in self.random.sample(layout.resting, min(len(layout.resting), self.random.randint(2, 9))):
            if layout.box[i][1] < reached:
                rests.append(layout.spot(i, self._within(0.4, 0.2), self._within(0.5, 0.2)))
        hovers = HoverColumns(e=[], c=[], d=[], w=[], h=[], px=[], py=[])
        for spot in rests:
            _, _, w, h = layout.box[spot.element]
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
        layout: PageLayout,
        habits: PageHabits,
        visitor: Visitor,
        clicks: list[SimulatedClick],
        engaged: int,
        elements: dict[int, int],
    ) -> Scroll:
        """The depth reached, at least that of the lowest click, and the element at the bottom edge of the window."""
        height, below = layout.columns.height, max(0, layout.columns.height - visitor.height)
        share = self.random.betavariate(1.2, 1.2 * (1 - habits.read) / habits.read)
        depth = min(height, visitor.height) + share * below
        depth = min(height, max([depth, *(click.spot.y + self.random.randint(40, 200) for click in clicks)]))
        edge = layout.at(layout.columns.width / 2, depth - 1)
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


@cache
def bare_layout(width: int) -> PageLayout:
    """Of a page without a picture, whose elements are unknown: a view of it has no clicks on any."""
    one = {"paths": ["body"], "fps": ["~" * 11], "names": [""], "tags": ["body"], "parents": [-1], "scroller": [-1]}
    box = {"x": [0], "y": [0], "w": [width], "h": [BARE_HEIGHT], "visible": [True], "fixed": [False]}
    return PageLayout(Layout.of(width, BARE_HEIGHT, BARE_HEIGHT, one | box))


def _clicks(clicks: list[SimulatedClick], elements: dict[int, int], touch: bool) -> ClickColumns:
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
        k=[TOUCH if touch else 0] * len(clicks),
        r=[click.effect for click in clicks],
        d=[click.delay if click.effect else 0 for click in clicks],
    )
