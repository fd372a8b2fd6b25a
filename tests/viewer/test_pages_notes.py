"""Notes on the page of a heatmap: written, answered and resolved by forms, as pins and as a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from aggregator.placing.remark_places import PlacedNote
from store.records import Site
from store.remarks import Remark
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from tests.viewer.test_api_notes import BUY_KEY, DAYS, PAGE
from viewer.app import Viewer
from viewer.pages.heatmap.note_layer import MOST_PINS, clustered

HOSTILE = '<script>alert(1)</script> \u202egnirts " onload=x'


@pytest.fixture
def map_page(viewer: Viewer, shop: Site) -> Iterator[str]:
    yield f"/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}"
    for one in viewer.definitions.find(Remark, site=shop.id):
        viewer.definitions.delete(one)
    viewer.work.forget()


@pytest.fixture
def send(owner: Client, shop: Site, map_page: str) -> Callable[..., str]:
    def post(path: str, **fields: str) -> str:
        shown = owner.get(f"{map_page}&notes=1").text
        form = {"csrf": csrf(shown), "next": f"{map_page}&notes=1", **fields}
        answered = owner.post(f"/sites/{shop.id}/notes{path}?page={PAGE}&{DAYS}", data=form)
        assert answered.status_code == 303, answered.text
        return owner.get(f"{map_page}&notes=1").text

    return post


def test_a_note_is_written_answered_and_resolved_beside_its_map(
    owner: Client, viewer: Viewer, shop: Site, send: Callable[..., str], map_page: str
) -> None:
    shown = send("", text="Dead since the 6th.", element=BUY_KEY)
    (note,) = viewer.definitions.find(Remark, site=shop.id)
    assert f'data-note="{note.id}"' in shown
    assert 'style="left:60%;top:30%"' in shown  # the top right corner of Buy
    assert "Notes, 1 open" in words(shown)
    assert "then 66.7% clicked, 0% dead" in words(shown)
    shown = send(f"/{note.id}", do="answer", text="@odile look")
    assert "mentions you" in words(shown)
    shown = send(f"/{note.id}", do="resolve")
    assert "Notes, 0 open" in words(shown)
    assert "pin ok" in shown
    assert "Notes, 1 open" in words(send(f"/{note.id}", do="reopen"))
    assert "Notes, 1" in words(owner.get(map_page).text)
    assert "Notes, 0 open" in words(send(f"/{note.id}", do="delete"))


def test_what_people_write_is_shown_as_text(send: Callable[..., str]) -> None:
    shown = send("", text=HOSTILE, element=BUY_KEY)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_note_whose_element_is_gone_is_dotted_at_its_old_place_and_can_be_moved(
    viewer: Viewer, shop: Site, send: Callable[..., str]
) -> None:
    send("", text="Here.", element=BUY_KEY)
    (note,) = viewer.definitions.find(Remark, site=shop.id)
    gone = replace(note.place.print, path="#gone>b:1", fp="")
    place = replace(note.place, print=gone, page_x=0.25, page_y=0.5)
    viewer.definitions.put(replace(note, place=place))
    viewer.work.forget()
    shown = send(f"/{note.id}", do="answer", text="Where is it?")
    assert 'class="pin lost"' in shown
    assert 'style="left:25%;top:50%"' in shown
    assert "Point at its new place" in words(shown)
    assert 'class="pin lost"' not in send(f"/{note.id}", do="move", element=BUY_KEY)


def test_ten_thousand_notes_become_few_pins_that_count_them_all() -> None:
    placed = [PlacedNote("free", n % 97 / 97, n % 89 / 89) for n in range(10_000)]
    cells = clustered(placed, 1000.0, 2000.0)
    assert 1 < len(cells) <= MOST_PINS
    assert sorted(n for cell in cells for n in cell) == list(range(10_000))
