from __future__ import annotations

from pathlib import Path

import pytest

from store.client import Store
from store.credentials import Credential, Credentials
from store.sealing import Sealer, Unsealable

KEY = bytes(range(32))
PASSWORD = "correct horse ✓ battery"


def secret(name: str = "password", site: int = 3) -> Credential:
    return Credential(site, "secret", name, 0, "odile")


def test_a_secret_is_revealed_as_it_was_set(either: Store) -> None:
    credentials = Credentials(either, Sealer(KEY))
    stored = credentials.put(secret(), PASSWORD)
    found = credentials.find(3, "secret", "password")
    assert found == stored
    assert found is not None
    assert found.author == "odile"
    assert credentials.reveal(found) == PASSWORD
    assert PASSWORD not in repr(found)


def test_a_secret_can_be_replaced_and_deleted(either: Store) -> None:
    credentials = Credentials(either, Sealer(KEY))
    credentials.put(secret(), "first")
    credentials.put(secret("user"), "anna")
    credentials.put(secret(), "second")
    names = {one.name: credentials.reveal(one) for one in credentials.all(3)}
    assert names == {"password": "second", "user": "anna"}
    credentials.delete(3, "secret", "password")
    assert [one.name for one in credentials.all(3)] == ["user"]
    assert either.columns("SELECT count() AS n FROM credentials")["n"].tolist() == [1]


def test_a_sealed_value_is_useless_under_another_name_or_site_or_key(either: Store) -> None:
    credentials = Credentials(either, Sealer(KEY))
    stored = credentials.put(secret(), PASSWORD)
    for moved in (
        Credential(4, "secret", "password", 0, sealed=stored.sealed),
        Credential(3, "secret", "user", 0, sealed=stored.sealed),
        Credential(3, "secret", "password", 0, sealed=stored.sealed[:-8] + "AAAAAAA="),
        Credential(3, "secret", "password", 0, sealed="not base64"),
    ):
        with pytest.raises(Unsealable):
            credentials.reveal(moved)
    with pytest.raises(Unsealable):
        Credentials(either, Sealer(b"another key, as long as it should")).reveal(stored)


def test_two_seals_of_one_text_differ() -> None:
    sealer = Sealer(KEY)
    assert sealer.seal("a", "x") != sealer.seal("a", "x")
    assert "Sealer()" in repr(sealer)
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")


def test_a_name_cannot_break_out_of_the_statement(either: Store) -> None:
    with pytest.raises(ValueError, match="name"):
        Credentials(either, Sealer(KEY)).delete(3, "secret", "x') --")


def test_no_byte_of_a_secret_is_on_disk(store: Store, engine_folder: Path) -> None:
    Credentials(store, Sealer(KEY)).put(secret(), "find-me-if-you-can")
    store.sync()
    files = [path.read_bytes() for path in engine_folder.rglob("*") if path.is_file()]
    assert files
    assert not [data for data in files if b"find-me-if-you-can" in data]
