from __future__ import annotations

import threading

import msgspec
import pytest

from store.client import Store, StoreError
from store.definitions import Definitions, Missing
from store.records import OldKey
from store.sites import SiteDirectory, add_site, domain_of, network_of, rotate_key, snippet
from store.visitors import consented_visitor, owners_secret, staff_mark, staff_marks


def test_sites_are_numbered_and_have_their_own_keys(definitions: Definitions) -> None:
    first = add_site(definitions, "Shop", ["https://Shop.example/", "*.shop.example", "shop.example"])
    second = add_site(definitions, " Blog ", ["127.0.0.1:8001"], allow_private=True, demo=True)
    assert (first.id, second.id) == ("1", "2")
    assert first.domains == ("shop.example", "*.shop.example")
    assert second.name == "Blog"
    assert second.demo
    assert len(first.key) == 12
    assert first.key != second.key
    assert set(first.key) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_a_number_is_never_given_twice(definitions: Definitions) -> None:
    definitions.delete(add_site(definitions, "Old", ["old.example"]))
    assert add_site(definitions, "New", ["new.example"]).id == "2"


def test_sites_added_at_once_get_different_numbers(store: Store) -> None:
    definitions = Definitions(store)
    made: list[str] = []
    start = threading.Barrier(4)

    def add(number: int) -> None:
        start.wait()
        made.append(add_site(definitions, f"Site {number}", ["a.example"]).id)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(("name", "domains"), [("", ["a.example"]), ("7", ["a.example"]), ("A", []), ("A", ["a b"])])
def test_what_is_no_site_is_refused(store: Store, name: str, domains: list[str]) -> None:
    with pytest.raises(StoreError):
        add_site(Definitions(store), name, domains)


def test_a_name_is_taken_once(store: Store) -> None:
    add_site(Definitions(store), "Shop", ["a.example"])
    with pytest.raises(StoreError, match="already a site 'Shop'"):
        add_site(Definitions(store), "Shop", ["b.example"])


@pytest.mark.parametrize(
    "host", ["shop.example", "*.shop.example", "localhost:8000", "127.0.0.1", "[::1]:80", "xn--a.b"]
)
def test_hosts_are_domains(host: str) -> None:
    assert domain_of(f" HTTPS://{host.upper()}/ ") == host


@pytest.mark.parametrize(
    "text", ["", "*", "a/b", "shop.example/path", "a b", "a..b", "shop.example:port", "ftp://a", "*.*.a"]
)
def test_other_words_are_no_domains(text: str) -> None:
    with pytest.raises(StoreError, match="is no domain"):
        domain_of(text)


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


@pytest.mark.parametrize(
    "text",
    [
        "*.com", "*.co.uk", "*.COM.au", "*.gouv.fr", "*.github.io", "*.myshopify.com:443", "*.co.com", "*.tokyo.jp",
        "*.s3.amazonaws.com", "*.amazonaws.com", "*.wordpress.com", "*.gitlab.io", "*.xn--p1ai",
    ],
)  # fmt: skip
def test_a_wildcard_over_other_peoples_sites_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="other people's sites"):
        domain_of(text)


@pytest.mark.parametrize(
    "host", ["*.shop.co.uk", "*.me.github.io", "*.cozy.com", "*.shop.fr", "*.localhost", "github.io"]
)
def test_a_wildcard_over_ones_own_is_taken(host: str) -> None:
    assert domain_of(host) == host


def test_networks_are_read_or_refused_in_words() -> None:
    assert network_of(" 203.0.113.7/24 ") == "203.0.113.0/24"
    assert network_of("2001:db8::1") == "2001:db8::1/128"
    for text, words in {"shop": "is no address", "0.0.0.0/0": "too large", "::/8": "too large", "": "is no"}.items():
        with pytest.raises(StoreError, match=words):
            network_of(text)


def test_a_key_of_before_works_until_its_time_is_over(store: Store) -> None:
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
    assert mark == staff_mark(consented_visitor(owners_secret(definitions), 1, "ann"))
    assert staff_marks(definitions, 1, (mark, "ann")) == (mark,)
    assert staff_marks(definitions, 2, ("ann",)) != (mark,)
