from __future__ import annotations

from dataclasses import replace

from store.client import Store
from store.retakes import LastRetake, Retakes

PAGE = "shop.example/lamps"


def test_the_newest_version_counts(either: Store) -> None:
    retakes = Retakes(either)
    first = retakes.write(1, LastRetake(PAGE, 1_000, ("a", "b"), 1, "interrupted", "It was interrupted."))
    assert first is not None
    assert retakes.of(1) == {PAGE: first}
    second = retakes.write(1, replace(first, jobs=(), failures=0, code="", words=""))
    assert second is not None
    other = retakes.write(1, LastRetake("shop.example/chairs"))
    assert retakes.of(1) == {PAGE: second, "shop.example/chairs": other}
    assert retakes.of(2) == {}


def test_of_two_processes_one_writes_a_version(either: Store) -> None:
    one, other = Retakes(either), Retakes(either)
    first = one.write(3, LastRetake(PAGE, 1_000))
    assert first is not None
    assert other.write(3, LastRetake(PAGE, 2_000)) is None
    assert one.of(3) == {PAGE: first}
