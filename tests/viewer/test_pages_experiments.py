"""Experiments: made by their form, and compared."""

from __future__ import annotations

from store.records import Experiment, Site, Variant
from tests.viewer.client import Client
from tests.viewer.pages import post, words
from viewer.app import Viewer


def test_an_experiment_can_be_created_and_compared(owner: Client, viewer: Viewer, shop: Site) -> None:
    fields = {
        "name": "The button",
        "id": "button",
        "pages": "/lamps",
        "variant_key": ["a", "b"],
        "variant_name": ["As it was", "New"],
        "variant_url": ["", ""],
        "planned": "0",
        "started": "2026-03-01",
        "ended": "2026-03-03",
    }
    answer = post(owner, f"/sites/{shop.id}/experiments/new", **fields)
    where = answer.headers["location"]  # type: ignore[attr-defined]
    stored = viewer.definitions.get(Experiment, "button")
    assert [v.key for v in stored.variants] == ["a", "b"]
    seen = words(owner.get(where).text)
    assert "A, As it was 15 visitors" in seen
    assert "B, New 45 visitors" in seen
    assert "Element by element" in seen
    assert "There is no picture of variant" in seen
    assert "The button" in words(owner.get(f"/sites/{shop.id}/experiments").text)


def test_an_experiment_with_one_key_twice_is_not_saved(owner: Client, shop: Site) -> None:
    fields = {"name": "Twice", "id": "twice", "pages": "/", "variant_key": ["a", "a"], "variant_name": ["A", "B"],
              "variant_url": ["", ""]}  # fmt: skip
    answer = post(owner, f"/sites/{shop.id}/experiments/new", **fields)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "different keys" in words(answer.text)  # type: ignore[attr-defined]


def test_variants_keep_what_the_form_does_not_show(owner: Client, viewer: Viewer, shop: Site) -> None:
    uneven = Experiment(
        id="uneven", site=shop.id, name="Uneven", pages=("/x",),
        variants=(Variant("a", "A", 0.8), Variant("b", "B", 0.1), Variant("c", "C", 0.1)),
    )  # fmt: skip
    stored = viewer.definitions.put(uneven)
    fields = {"name": "Uneven, renamed", "id": "uneven", "pages": "/x", "variant_key": ["a", "b", "c"],
              "variant_name": ["A", "B", "C"], "variant_url": ["", "", ""], "version": str(stored.version)}  # fmt: skip
    post(owner, f"/sites/{shop.id}/experiments/uneven/edit", **fields)
    assert [v.share for v in viewer.definitions.get(Experiment, "uneven").variants] == [0.8, 0.1, 0.1]
    assert "No visitors on these pages yet" in words(owner.get(f"/sites/{shop.id}/experiments/uneven").text)
