from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

from store.client import Store
from store.day_keys import day_key, drop_old_keys

TODAY = datetime.now(UTC).date()


def days(store: Store) -> list[date]:
    return [row["day"] for row in store.rows("SELECT day FROM day_keys ORDER BY day")]


def test_a_day_has_one_key(either: Store) -> None:
    key = day_key(either, TODAY)
    assert len(key) == 32
    assert day_key(either, TODAY) == key
    assert day_key(either, TODAY - timedelta(days=1)) != key


def test_concurrent_callers_get_the_same_key(store: Store) -> None:
    start = threading.Barrier(6)
    keys: list[bytes] = []

    def ask() -> None:
        start.wait()
        keys.append(day_key(store, TODAY))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 6
    assert len(set(keys)) == 1


def test_a_key_is_gone_after_two_days(store: Store) -> None:
    store.insert("day_keys", {"day": [TODAY - timedelta(days=2)], "key": ["ab" * 32]})
    day_key(store, TODAY - timedelta(days=1))
    day_key(store, TODAY)
    assert days(store) == [TODAY - timedelta(days=1), TODAY]
    drop_old_keys(store, TODAY + timedelta(days=2))
    assert days(store) == []
