"""Small pure parts: the state of a map in its address, charts, what stands out, names of elements."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import viewer
from aggregator.answers.map_figures import account_shares
from aggregator.grids.scale import Scale
from aggregator.measures.account import Account
from rules.period import Period
from rules.question import MAP, PERIOD, parse
from store.snapshots import Snapshot
from tests.aggregator.build import layout
from viewer.drawing.palette import colours
from viewer.pages.frame import charts
from viewer.pages.frame.languages import language
from viewer.pages.map.elements import layers, names_of, shown_name
from viewer.pages.map.ledger import LedgerRow, account_rows
from viewer.pages.map.legend import heat_legend
from viewer.pages.map.links import Links
from viewer.pages.map.outliers import stands_out
from viewer.pages.map.page_names import page_names
from viewer.pages.map.period import period_control
from viewer.pages.map.picture import box_of, picture_of
from viewer.pages.pictures.fields import address_of, takeable

EN = language("en")
TODAY = date(2026, 11, 23)


def links(query: dict[str, str], **more: object) -> Links:
    return Links("/x", parse(1, query, MAP, TODAY).question, **more)  # type: ignore[arg-type]


def test_the_current_period_is_marked() -> None:
    control = period_control(EN, links({"days": "7", "page": "a/b"}), TODAY)
    assert [choice.label for choice in control.choices if choice.on] == ["Last 7 days"]
    assert control.hidden == (("page", "a/b"),)
    chosen = links({"since": "2026-11-01", "until": "2026-11-02"})
    assert period_control(EN, chosen, TODAY).current == "1 November – 2 November"


def test_swapped_days_stay_in_the_form() -> None:
    control = period_control(EN, links({"since": "2026-06-15", "until": "2026-05-20"}), TODAY)
    assert (control.since, control.until) == ("2026-06-15", "2026-05-20")


def test_links_change_a_part_of_the_question() -> None:
    here = links({"page": "a/b", "kind": "hover", "days": "7"}, every=True)
    assert here.to(kind="scroll", every=False) == "/x?page=a/b&kind=scroll&days=7"
    assert here.to() == "/x?page=a/b&kind=hover&days=7&all=1"
    assert here.fields("days") == (("page", "a/b"), ("kind", "hover"), ("all", "1"))


def test_a_page_with_its_own_period_still_offers_the_usual_ones() -> None:
    own = Period(since=date(2026, 3, 1), until=date(2026, 3, 3))
    here = Links("/x", parse(1, {}, PERIOD, TODAY, own).question, default=own)
    assert here.to() == "/x"
    assert here.to(period=Period()) == "/x?days=28"


def test_sparklines_start_at_zero() -> None:
    assert charts.spark([5, 5]) == "0.0,2.0 100.0,2.0"
    assert charts.spark([0, 0]) == charts.spark([1]) == ""
    assert [charts.trend(v) for v in ([1, 1, 3, 3], [3, 3, 1, 1], [2, 2, 2, 2])] == ["rising", "falling", "steady"]


@pytest.mark.parametrize("cap", [0.3, 1, 7, 150, 20_000])
def test_ticks_rise_below_the_cap(cap: float) -> None:
    steps = charts.round_steps(cap)
    assert steps == sorted(set(steps))
    assert all(0 < step < cap for step in steps)
    ticks = heat_legend(EN, Scale(cap, ""), "click").ticks
    at = [float(tick.at.rstrip("%")) for tick in ticks]
    assert at == sorted(at)
    assert (at[0], at[-1]) == (0, 100)
    assert ticks[-1].label.endswith("+")


def test_the_shade_on_the_page_is_dark_where_nobody_came() -> None:
    veil = charts.veil([1.0, 0.5, 0.0])
    assert "rgb(14 17 20/0.000) 0.0%" in veil
    assert f"rgb(14 17 20/{charts.VEIL:.3f}) 100.0%" in veil


def test_the_legend_has_the_colours_of_the_map() -> None:
    css = re.sub(r"\s+", "", (Path(viewer.__file__).parent / "static" / "css" / "tokens.css").read_text())
    for name, palette in (("heat", "light"), ("heat-dark", "dark")):
        stops = re.search(rf"--{name}:linear-gradient\(90deg,([^)]*)\)", css)
        assert stops
        table = colours(palette)  # type: ignore[arg-type]
        wanted = ["#{:02x}{:02x}{:02x}".format(*table[round(i * 255 / 10)]) for i in range(11)]
        assert stops[1].split(",") == wanted


def test_strips_lie_under_one_another() -> None:
    picture = picture_of(1000, [2048, 952], ["a", "b"], ["h", "i"], ["d", "e"])
    assert picture.height == 3000
    assert [(s.top, s.share) for s in picture.strips] == [("0%", "68.267%"), ("68.267%", "31.733%")]
    assert picture_of(390, [10], ["a"]).phone


def test_boxes_are_cut_at_the_edges_of_the_picture() -> None:
    box = box_of(-10, 50, 60, 100, 100, 100)
    assert box
    assert (box.left, box.top, box.width, box.height) == ("0%", "50%", "50%", "50%")
    assert box_of(200, 0, 10, 10, 100, 100) is None


def test_small_boxes_are_above_large_ones() -> None:
    assert layers([100, 1, 10]) == [1, 3, 2]


def ledger(account: Account) -> tuple[LedgerRow, ...]:
    return account_rows(EN, account, account_shares(account))


def test_an_account_adds_up_and_marks_its_losses() -> None:
    rows = ledger(Account(received=100, bots=30, excluded=0, outside=0, not_placed=10, drawn=60))
    assert [row.value for row in rows] == ["100", "−30", "0", "0", "−10", "60"]
    assert [row.alarm for row in rows] == [False, True, False, False, False, False]
    assert ledger(Account(0, 0, 0, 0, 0, 0))[0].value == "0"
    (bots,) = [row for row in ledger(Account(9, 3, 0, 0, 0, 6, bots_by_reason={"crawler": 3})) if row.of]
    assert (bots.label, bots.value, bots.of) == ("Bots", "−3", (("crawler", "3"),))


def test_what_is_usual_does_not_stand_out() -> None:
    assert not stands_out(0.09, [])
    assert stands_out(0.2, [])
    assert not stands_out(0.2, [0.18, 0.2, 0.22])
    assert stands_out(0.4, [0.1, 0.12, 0.4])


def test_elements_without_text_are_named_by_their_place() -> None:
    assert shown_name(EN, "  Go  to payment ", "x") == "Go to payment"
    assert shown_name(EN, "", "main>section:2>div:1") == "div in main"
    assert shown_name(EN, "", "button#buy") == "button#buy"


def test_elements_with_the_same_name_are_numbered_down_the_page() -> None:
    box = (0.0, 0.0, 10.0, 10.0)
    twice = layout(("main>a:1", "", box), ("main>a:2", "", box), ("main>b:1", "", box),
                   names={"main>a:1": "Remove", "main>a:2": "Remove", "main>b:1": "Total"})  # fmt: skip
    assert [name for name in names_of(EN, twice) if name != ""][-3:] == ["Remove (1)", "Remove (2)", "Total"]


def _shot(page: str, title: str, url: str = "") -> Snapshot:
    return Snapshot(1, 1, page, 1366, "", "", url or f"https://{page}", 0, 100, 100, title)


def test_titles_lose_their_common_ending() -> None:
    names = page_names([_shot("s/a", "Basket · Shop"), _shot("s/b", "Help · Shop"), _shot("s/", "Shop")])
    assert names == {"s/a": "Basket", "s/b": "Help", "s/": "Shop"}


def test_the_address_of_a_picture() -> None:
    assert address_of("s.example/a", [_shot("s.example/a", "", "http://s.example/a?x=1")]) == "http://s.example/a?x=1"
    assert address_of("s.example/a", []) == "https://s.example/a"
    assert address_of("127.0.0.1:8001/a", []) == "http://127.0.0.1:8001/a"
    assert takeable("s.example/a")
    assert not takeable("s.example/order/*")


def test_empty_grids_have_a_legend() -> None:
    assert np.isfinite([float(t.at.rstrip("%")) for t in heat_legend(EN, Scale(1.0, ""), "hover").ticks]).all()
