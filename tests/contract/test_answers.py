"""A figure is never on a page and missing from the API, nor the other way round.

Each page and its JSON are read as a program and a person would read them: the numbers that are written on the page,
and the numbers of the answer as the page's language writes them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from store.journeys import Journey, Stage, Touchpoint
from store.records import Experiment, Site, Variant
from tests.aggregator.build import insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS
from viewer.app import Viewer
from viewer.pages.frame.languages import language

EN = language("en")
NUMBER = re.compile(r"(?<![\w.#/:&;])[−+]?\d[\d,]*(?:\.\d+)?%?(?![\w/])")
NUMERIC = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
# drawn, not written: boxes, grids, curves and colours; and what names a thing rather than measures it
DRAWN = re.compile(
    r"^(query|snapshot|grid|scale|depth|share|attention|arms\.\d+\.snapshot)(\.|$)|^journey\."
    r"|\.(index|key|x|y|w|h|box_a|box_b)(\.|$)|^warnings\.\d+\.values\."
)


@pytest.fixture(scope="module", autouse=True)
def busy(viewer: Viewer, shop: Site) -> None:
    """Hovers, robots, dead and rage clicks, and what a comparison and a journey need."""
    site = int(shop.id)
    on_buy = shops._on(shops.BUY) | {"kind": "hover"}
    insert(viewer.store, "points", [shops._who(site, v) | on_buy | {"weight": 700.0 + v} for v in range(1, 31)])
    help_page = [shops._who(site, v) | {"view": 1000 + v, "page": "shop.example/help"} for v in range(1, 26)]
    insert(viewer.store, "views", help_page)
    later = [row | {"time": int(str(row["time"])) + 60_000} for row in help_page]
    insert(viewer.store, "touches", later)
    variants = (Variant("a", "Red", 0.25), Variant("b", "Blue", 0.75))
    definitions = viewer.definitions
    definitions.put(
        Experiment(id="button", site=shop.id, name="Button", pages=("/lamps",), variants=variants, planned=14)
    )
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),)),
        Stage("ask", {"en": "Ask"}, (Touchpoint("help", {"en": "Help"}, ("/help",)),)),
    )
    definitions.put(Journey(id="lamp", site=shop.id, name="A lamp", stages=stages, window_days=1))


PARTS = (  # of a page that hold no figure: its bar, the ticks of its legends and axes, its forms
    r'^.*?<div class="bar".*?\n</div>',
    r'<div class="ramp">.*?</div>',
    r'<span class="axis">.*?</th>',
    r"<form.*?</form>",
)


def written(page: str) -> set[str]:
    """The numbers in what a reader can see of a page, or ask it for."""
    main = page.partition("<main")[2].partition("</main")[0]
    for part in PARTS:
        main = re.sub(part, " ", main, flags=re.S)
    asked_for = " ".join(re.findall(r'(?:title|data-detail|aria-label)="([^"]*)"', main))
    text = re.sub(r"<[^>]+>", " ", main)
    return set(NUMBER.findall(unescape(unescape(text + " " + asked_for)).replace("–", " – ")))


def bar(page: str) -> str:
    """The shares and numbers of visitors by device."""
    html = page.partition('<div class="bar"')[2].partition("\n</div>")[0]
    return unescape(re.sub(r"<[^>]+>", " ", html) + " ".join(re.findall(r'title="([^"]*)"', html)))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Every number of an answer with its path."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, int | float):
        yield path, value
        return
    for name, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(one, f"{path}.{name}".lstrip("."))


def forms(value: float) -> set[str]:
    """A number as pages may write it: whole or with decimals, as a share, a difference in points, seconds, ms."""
    whole = {EN.number(value, digits) for digits in (0, 1, 2, 3)} | {"−" + EN.number(value)}
    shares = {EN.share(value, digits) for digits in (0, 1)} | {EN.number(100 * value, digits) for digits in (0, 1)}
    differences = {EN.points(value), EN.points(value, 0)}
    spans = {token for ms in (value, 1000 * value) if 0 <= ms < 1e11 for token in NUMBER.findall(EN.span(ms))}
    return whole | shares | differences | spans


def compare(page: str, answer: dict[str, Any], constants: set[str]) -> None:
    """`constants`: numbers in sentences of the page that are no figures, such as the confidence of an interval."""
    shown, in_bar, figures = written(page), set(NUMBER.findall(bar(page))), list(leaves(answer))
    known = {form for _, value in figures for form in forms(value)}
    assert shown - known - constants == set(), "only on the page"
    missing = {
        path: value
        for path, value in figures
        if value and not DRAWN.search(path) and not forms(value) & shown and not forms(value) & in_bar
    }
    assert missing == {}, "only in the API"


def both(owner: Client, page: str, api: str) -> tuple[str, dict[str, Any]]:
    return owner.get(page).text, owner.get(api, headers={"Accept": "application/json"}).json()


@pytest.mark.parametrize("more", ["", "&kind=hover", "&kind=scroll", "&bots=1", "&device=phone", "&variant=button:b"])
def test_a_map(owner: Client, shop: Site, more: str) -> None:
    query = f"page=/lamps&{DAYS}{more}"
    page, answer = both(
        owner, f"/sites/{shop.id}/heatmap?{query}&all=1", f"/api/v1/sites/{shop.id}/heatmap?{query}&points=0"
    )
    compare(page, answer, {"95%", "20", "1,000", "25%", "50%", "75%", "90"})
    for device, share in answer["device_shares"].items():
        assert device in ("desktop", "phone")
        assert share > 0
    listed = {unescape(path) for path in re.findall(r"<code>([^<]*&gt;[^<]*)</code>", page)}
    assert listed == {one["path"] for one in answer.get("unplaced", ())}


def test_a_comparison(owner: Client, shop: Site) -> None:
    query = f"page=/lamps&{DAYS}"
    page, answer = both(
        owner,
        f"/sites/{shop.id}/experiments/button?{query}&all=1",
        f"/api/v1/sites/{shop.id}/compare?{query}&experiment=button",
    )
    everybody = str(sum(answer["devices"].values()))
    compare(page, answer, {"95%", "20", "1,000", "0", "100", "+100", "−100", "1", "2", "3", "90", everybody})


def test_a_journey(owner: Client, shop: Site) -> None:
    root = f"/api/v1/sites/{shop.id}/journeys/lamp"
    page, answer = both(owner, f"/sites/{shop.id}/journeys/lamp?{DAYS}", f"{root}/map?{DAYS}")
    others = [owner.get(f"{root}/{part}?{DAYS}").json() for part in ("figures", "unmapped", "opportunities")]
    menus = {"3", "7", "28", "90"}  # days to choose
    of_devices = {"10", "50"}  # the filters count with tests/aggregator/test_filter_counts.py
    of_others = {form for other in others for _, value in leaves(other) for form in forms(value)}
    compare(page, answer, {"1"} | menus | of_devices | of_others)


def test_the_paths_of_a_journey(owner: Client, shop: Site) -> None:
    """The page leaves out the intervals of bands and ways; every number on it is one of the answer."""
    place = f"paths?{DAYS}&through=touchpoint:lamps"
    page, answer = both(
        owner, f"/sites/{shop.id}/journeys/lamp/{place}", f"/api/v1/sites/{shop.id}/journeys/lamp/{place}"
    )
    known = {form for _, value in leaves(answer) for form in forms(value)}
    menus, steps, minutes = {"3", "7", "28", "90"}, {"2"}, {"30"}
    of_devices = {"10", "50"}
    shown = {number.rstrip(",") for number in written(page)}  # "25, 41.7%"
    assert shown - known - menus - steps - minutes - of_devices - {"1"} == set()
    visits = [name["visits"] for column in answer["columns"] for name in column["names"]]
    assert {EN.number(one) for one in visits} <= shown


FILES = {  # page of a journey → its files
    "": ("map.csv", "map.csv?table=lanes", "opportunities.csv"),
    "/funnel": ("funnel.csv", "funnel.csv?table=instead", "funnel.csv?table=account"),
    "/touchpoints/lamps": ("touchpoints/lamps/card.csv",),
    "/opportunities": ("opportunities.csv",),
}


@pytest.mark.parametrize("view", FILES)
def test_every_share_on_a_page_of_a_journey_is_in_its_files(owner: Client, shop: Site, view: str) -> None:
    page = owner.get(f"/sites/{shop.id}/journeys/lamp{view}?{DAYS}").text
    cells: set[str] = set()
    for name in FILES[view]:
        answer = owner.get(f"/api/v1/sites/{shop.id}/journeys/lamp/{name}{'&' if '?' in name else '?'}{DAYS}")
        assert answer.status_code == 200, name
        assert "ShareOf(" not in answer.text, name  # a cell holds a number, not a record
        cells |= {cell for row in csv.reader(io.StringIO(answer.text)) for cell in row}
    known = {form for cell in cells if NUMERIC.fullmatch(cell) for form in forms(float(cell))}
    shares = {number for number in written(page) if number.endswith("%")} - {"95%"}
    assert shares - known == set(), "only on the page"
    if view in ("", "/touchpoints/lamps"):
        assert shares
