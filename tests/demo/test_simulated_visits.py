"""Simulated visitors make batches that the wire takes, and that show what the habits say."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import pytest

from collector import wire
from parcours.demo.form_filling import FIELDS, FORM
from parcours.demo.habits import read_habits
from parcours.demo.page_layout import PageLayout
from parcours.demo.simulated_visits import PageLayouts, VisitSimulator
from parcours.demo.visitors import DAY, DAYS, Visitor, visitor
from store.layouts import Layout

NOW = 1_800_000_000_000
SHOP = "http://127.0.0.1:8001"
HABITS = read_habits()


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


@pytest.fixture(scope="module")
def layouts() -> PageLayouts:
    found = {(page, width, ""): layout_of(page, width) for page in HABITS for width in (1366, 768, 390)}
    for (page, width, _), layout in list(found.items()):
        if page == "/table-lamps/luciole":
            found |= {(page, width, variant): layout for variant in "ab"}
    return found


@pytest.fixture(scope="module")
def crowd(layouts: PageLayouts) -> list[tuple[Visitor, list[wire.Batch]]]:
    random = Random(7)
    simulator = VisitSimulator(SHOP, HABITS, layouts, random)
    people = [visitor(random, NOW, "ab"[n % 2]) for n in range(2500)]
    return [(one, list(simulator.journey(one, NOW))) for one in people]


def test_every_batch_is_valid(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    for _, batches in crowd:
        for batch in batches:
            again = wire.decode(wire.encode(batch))
            assert again.ctx.consent
            assert batch.sent <= NOW
            assert batch.t0 > NOW - (DAYS + 1) * DAY


def test_the_form_of_the_checkout_is_filled_in(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    filled = [batch for _, batches in crowd for batch in batches if batch.input]
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


def test_ids_of_visitors_and_views_are_distinct(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    ids = [one.id for one, _ in crowd]
    views = [batch.view for _, batches in crowd for batch in batches]
    assert len(set(ids)) == len(ids)
    assert len(set(views)) == len(views)
    assert all(batch.ctx.id == one.id for one, batches in crowd for batch in batches)


def test_devices_have_their_shares(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    widths = Counter(one.width for one, _ in crowd)
    assert {width: count / len(crowd) for width, count in widths.items()} == pytest.approx(
        {1366: 0.65, 390: 0.27, 768: 0.08}, abs=0.04
    )
    assert all(batch.hover is None for one, batches in crowd if one.touch for batch in batches)


def _share(crowd: list[tuple[Visitor, list[wire.Batch]]], page: str, element: str, variant: str = "") -> float:
    """Of the visitors who saw the page, the share that clicked the element."""
    saw = clicked = 0
    for one, batches in crowd:
        views = [b for b in batches if b.ctx.url.partition("?")[0] == SHOP + page]
        if not views or (variant and one.variant != variant):
            continue
        saw += 1
        clicked += any(b.click and b.el and element in {b.el.p[e] for e in b.click.e} for b in views)
    return clicked / saw


def test_variant_b_sells_more_and_needs_fewer_details(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    page = "/table-lamps/luciole"
    for element, sign in (("button#add-to-basket", 1), ("button#delivery-details", -1)):
        a, b = (_share(crowd, page, element, variant) for variant in "ab")
        assert sign * (b - a) > 0.02


def test_visitors_who_try_the_code_leave_more_often(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    assert 0.15 < _share(crowd, "/basket", "button#apply-code") < 0.4
    gone: dict[bool, list[bool]] = {True: [], False: []}
    for _, batches in crowd:
        pages = [b.ctx.url.removeprefix(SHOP) for b in batches]
        tried = [
            b.click and b.el and "button#apply-code" in {b.el.p[e] for e in b.click.e}
            for b, page in zip(batches, pages, strict=True)
            if page == "/basket"
        ]
        if tried:
            gone[any(tried)].append("/checkout" in pages)
    on = {tried: sum(went) / len(went) for tried, went in gone.items()}
    assert on[True] < on[False] - 0.15


def test_apply_code_has_no_effect_and_links_have_one(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    effects: dict[str, set[int]] = {}
    for _, batches in crowd:
        for batch in batches:
            if batch.click and batch.el:
                for element, effect in zip(batch.click.e, batch.click.r, strict=True):
                    effects.setdefault(batch.el.p[element], set()).add(effect)
    assert effects["button#apply-code"] == {0}
    assert 0 not in effects["a#go-to-payment"] | effects["button#pay"]


def test_reach_is_anchored_and_covers_what_was_clicked(crowd: list[tuple[Visitor, list[wire.Batch]]]) -> None:
    for _, batches in crowd:
        for batch in batches:
            assert batch.scroll is not None
            assert batch.scroll.depth <= batch.scroll.ph == batch.ctx.ph
            if batch.click:
                assert batch.scroll.depth >= max(batch.click.py)
