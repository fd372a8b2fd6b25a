"""Simulated visitors make batches that the wire takes, and that show what the habits say."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from collector import wire
from parcours.demo.form_filling import FIELDS, FORM
from parcours.demo.habits import read_habits
from parcours.demo.lives import Life
from parcours.demo.page_layout import PageLayout
from parcours.demo.scenario import Dates
from parcours.demo.simulate import Crowd
from parcours.demo.visitors import DAY, DAYS
from store.layouts import Layout

NOW = 1_800_000_000_000
SHOP = "http://127.0.0.1:8001"
HABITS = read_habits()
DATES = Dates.of(NOW)


def layout_of(page: str, width: int) -> PageLayout:
    """A page where the elements of the habits stand one below the other, 60 px each."""
    named = [use.path for use in HABITS[page].also] + [path for move in HABITS[page].next for path in move.by]
    paths = [
        "body",
        *([FORM] if page == "/checkout" else []),
        *dict.fromkeys(path.replace(":QTY", ":1") for path in named),
    ]
    height = 60 * len(paths) + 900
    tags = [re.sub(r"[#:@!].*", "", path.rpartition(">")[2]) for path in paths]
    rows = range(len(paths))
    columns = {
        "paths": paths,
        "fps": ["." * 22 for _ in rows],
        "names": paths,
        "tags": tags,
        "parents": [-1] + [0] * (len(paths) - 1),
        "x": [0 if i == 0 else 20 for i in rows],
        "y": [60 * i for i in rows],
        "w": [width if i == 0 else width - 40 for i in rows],
        "h": [height if i == 0 else 50 for i in rows],
        "visible": [True for _ in rows],
        "fixed": [False for _ in rows],
        "scroller": [-1 for _ in rows],
    }
    return PageLayout(Layout.of(width, height, 768, columns))


def shop_layouts() -> dict[tuple[str, int, str], PageLayout]:
    """Of all pages at all widths, with the variants of the tested one."""
    found = {(page, width, ""): layout_of(page, width) for page in HABITS for width in (1366, 768, 390)}
    for (page, width, _), layout in list(found.items()):
        if page == "/table-lamps/luciole":
            found |= {(page, width, variant): layout for variant in "ab"}
    return found


@pytest.fixture(scope="module")
def crowd() -> list[Life]:
    return list(Crowd(SHOP, shop_layouts(), 4000, NOW).lives())


def pages_of(life: Life) -> list[str]:
    return [page for visit in life.visits for page in visit.pages]


def clicked(batch: wire.Batch) -> set[str]:
    return {batch.el.p[e] for e in batch.click.e} if batch.click and batch.el else set()


def test_the_same_crowd_has_the_same_lives(crowd: list[Life]) -> None:
    again = Crowd(SHOP, shop_layouts(), 30, NOW).lives()
    assert [[wire.encode(b) for b in life.batches] for life in again] == [
        [wire.encode(b) for b in life.batches] for life in crowd[:30]
    ]


def test_every_batch_is_valid(crowd: list[Life]) -> None:
    for life in crowd:
        for batch in life.batches:
            again = wire.decode(wire.encode(batch))
            assert again.ctx.consent
            assert batch.sent <= NOW
            assert batch.t0 > NOW - (DAYS + 1) * DAY


def test_the_form_of_the_checkout_is_filled_in(crowd: list[Life]) -> None:
    filled = [batch for life in crowd for batch in life.batches if batch.input]
    assert filled
    assert {batch.ctx.url for batch in filled if batch.ctx} == {f"{SHOP}/checkout"}
    sent = [batch for batch in filled if batch.submit]
    assert 0 < len(sent) < len(filled)
    for batch in filled:
        used = [batch.el.p[e] for e in batch.input.e]
        assert used == [field.path for field in FIELDS[: len(used)]]
        if batch.submit:
            assert len(used) == len(FIELDS)
            assert batch.el.p[batch.submit.e[0]] == FORM
    phones = [batch.input.k[6] for batch in sent]
    assert 0.2 < sum(flags == 1 for flags in phones) / len(phones) < 0.6


def test_ids_of_visitors_and_views_are_distinct(crowd: list[Life]) -> None:
    ids = [life.visitor.id for life in crowd]
    views = [batch.view for life in crowd for batch in life.batches]
    assert len(set(ids)) == len(ids)
    assert len(set(views)) == len(views)
    assert all(batch.ctx.id == life.visitor.id for life in crowd for batch in life.batches)


def test_devices_have_their_shares(crowd: list[Life]) -> None:
    widths = Counter(life.visitor.width for life in crowd)
    assert {width: count / len(crowd) for width, count in widths.items()} == pytest.approx(
        {1366: 0.65, 390: 0.27, 768: 0.08}, abs=0.04
    )
    assert all(batch.hover is None for life in crowd if life.visitor.touch for batch in life.batches)


def _share(crowd: list[Life], page: str, element: str, variant: str = "") -> float:
    """Of the visitors who saw the page since the experiment began, the share that clicked the element."""
    saw = pressed = 0
    for life in crowd:
        if variant and life.visitor.variant != variant:
            continue
        views = [
            b for b in life.batches if b.ctx.url.partition("?")[0] == SHOP + page and b.t0 >= DATES.experiment_began
        ]
        if not views:
            continue
        saw += 1
        pressed += any(element in clicked(b) for b in views)
    return pressed / saw


def test_variant_b_sells_more_and_needs_fewer_details(crowd: list[Life]) -> None:
    page = "/table-lamps/luciole"
    for element, sign in (("button#add-to-basket", 1), ("button#delivery-details", -1)):
        a, b = (_share(crowd, page, element, variant) for variant in "ab")
        assert sign * (b - a) > 0.02


def test_only_the_experiment_shows_variants(crowd: list[Life]) -> None:
    for life in crowd:
        for batch in life.batches:
            tested = batch.ctx.url.partition("?")[0] == f"{SHOP}/table-lamps/luciole"
            shown = {"buy-button": life.visitor.variant} if tested and batch.t0 >= DATES.experiment_began else {}
            assert batch.ctx.variants == shown


def test_visitors_who_try_the_code_leave_more_often_since_it_failed(crowd: list[Life]) -> None:
    assert 0.15 < _share(crowd, "/basket", "button#apply-code") < 0.4
    gone: dict[tuple[bool, bool], list[bool]] = {}  # (since it failed, tried) → went on
    for life in crowd:
        for visit in life.visits:
            baskets = [b for b, page in zip(visit.batches, visit.pages, strict=True) if page == "/basket"]
            if baskets:
                failed = baskets[0].t0 >= DATES.code_failed
                tried = any("button#apply-code" in clicked(b) for b in baskets)
                gone.setdefault((failed, tried), []).append("/checkout" in visit.pages)
    on = {key: sum(went) / len(went) for key, went in gone.items()}
    assert on[True, True] < on[True, False] - 0.15
    assert on[False, True] == pytest.approx(on[False, False], abs=0.08)


def test_apply_code_has_no_effect_since_it_failed_and_links_have_one(crowd: list[Life]) -> None:
    effects: dict[tuple[str, bool], set[int]] = {}
    for life in crowd:
        for batch in life.batches:
            if batch.click and batch.el:
                for element, effect in zip(batch.click.e, batch.click.r, strict=True):
                    effects.setdefault((batch.el.p[element], batch.t0 >= DATES.code_failed), set()).add(effect)
    assert effects["button#apply-code", True] == {0}
    assert effects["button#apply-code", False] == {1}
    assert 0 not in effects["a#go-to-payment", True] | effects["button#pay", True]


def test_reach_is_anchored_and_covers_what_was_clicked(crowd: list[Life]) -> None:
    for life in crowd:
        for batch in life.batches:
            assert batch.scroll is not None
            assert batch.scroll.depth <= batch.scroll.ph == batch.ctx.ph
            if batch.click:
                assert batch.scroll.depth >= max(batch.click.py)
