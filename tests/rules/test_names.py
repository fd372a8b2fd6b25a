"""Ids from names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert

from rules.names import free_slug, slug
from store.records import Key


def test_a_slug_is_plain() -> None:
    assert slug("Deux fenêtres, bleues") == "deux-fenetres-bleues"
    assert slug("灯") == "x"
    assert free_slug("Menu", {"menu", "menu-2"}) == "menu-3"


@given(st.text())
def test_every_name_gives_a_key(name: str) -> None:
    assert convert(slug(name), Key) == slug(name)
