from __future__ import annotations

import msgspec
import pytest

from rules.site import add_site
from store.client import Store, StoreError
from store.definitions import Definitions, Missing
from store.records import OldKey
from store.sites import SiteDirectory, rotate_key, snippet
from store.visitors import consented_visitor, owners_secret, staff_mark, staff_marks


def test_the_directory_finds_by_key_id_and_name(store: Store) -> None:
    definitions = Definitions(store)
    directory = SiteDirectory(definitions, ttl=3600)
    with pytest.raises(Missing, match="none yet"):
        directory.get("1")
    site = add_site(definitions, "Shop", ["a.example"])
    assert directory.by_key(site.key) is None  # what was read is kept for the time it may be old
    directory.forget()
    assert directory.by_key(site.key) == directory.get("1") == directory.get(1) == directory.get("Shop") == site
    definitions.put(msgspec.structs.replace(site, name="Store"))
    directory.forget()
    assert directory.get("Store").version == 2


def test_a_directory_of_no_age_sees_a_change_at_once(store: Store) -> None:
    definitions = Definitions(store)
    directory = SiteDirectory(definitions, ttl=0)
    assert directory.by_key("x") is None
    site = add_site(definitions, "Shop", ["a.example"])
    assert directory.by_key(site.key) == site


def test_known_sites_stay_known_while_the_store_is_away(store: Store) -> None:
    definitions = Definitions(store)
    site = add_site(definitions, "Shop", ["a.example"])
    directory = SiteDirectory(definitions, ttl=0)
    assert directory.by_key(site.key) == site
    store.close()
    assert directory.by_key(site.key) == site
    with pytest.raises(StoreError):
        SiteDirectory(definitions).by_key(site.key)


def test_the_snippet_is_one_line_of_html(store: Store) -> None:
    site = add_site(Definitions(store), "Shop", ["a.example"])
    assert snippet("https://maps.example/", site) == (
        f'<script defer src="https://maps.example/parcours.js" data-site="{site.key}"></script>'
    )
    assert '"><b>' not in snippet('https://maps.example"><b>', site)


def test_an_earlier_key_works_until_its_time_is_over(store: Store) -> None:
    definitions = Definitions(store)
    directory = SiteDirectory(definitions, ttl=0)
    first = add_site(definitions, "Shop", ["a.example"])
    second = rotate_key(definitions, first, "ann")
    assert second.key != first.key
    assert directory.by_key(first.key) == directory.by_key(second.key) == second == directory.get("Shop")
    assert definitions.put(msgspec.structs.replace(second, old_keys=(OldKey(first.key, 1),))).version == 3
    assert directory.by_key(first.key) is None
    third = rotate_key(definitions, directory.get(1), "ann", grace_days=0)
    assert third.old_keys == ()  # nothing is kept of those whose time is over
    assert directory.by_key(second.key) is None
    assert directory.by_key(third.key) == third
    with pytest.raises(StoreError, match="write 0 to 365"):
        rotate_key(definitions, third, "ann", grace_days=-1)


def test_ids_of_the_team_are_kept_as_numbers_only(store: Store) -> None:
    definitions = Definitions(store)
    [mark] = staff_marks(definitions, 1, ("ann", "ann"))
    assert mark == staff_mark(consented_visitor(owners_secret(definitions), 1, "@ann"))
    assert staff_marks(definitions, 1, (mark, "ann")) == (mark,)
    assert staff_marks(definitions, 2, ("ann",)) != (mark,)
