"""Keys of the cookieless visitor ids: one random key per day, shared by all processes and deleted after 48 h.

Without the key nobody, including us, can compute a visitor's id again from address and browser.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

from store.client import Store


def day_key(store: Store, day: date, today: date | None = None) -> bytes:
    """The 32 bytes of this day (UTC), created by the first call; callers keep it for the day.

    Creating a key drops those of the days before yesterday (by `today`, or by the clock when it is None).
    """
    found = _stored(store, day)
    if not found:
        # Two processes may create one at once: the token admits one key, and both read that one.
        store.insert("day_keys", {"day": [day], "key": [secrets.token_hex(32)]}, token=f"day_key/{day.isoformat()}")
        found = _stored(store, day)
        drop_old_keys(store, today or datetime.now(UTC).date())
    return bytes.fromhex(found)


def drop_old_keys(store: Store, today: date) -> None:
    """Drop the keys of the days before yesterday. Each is a partition, so its files are removed entirely."""
    old = store.rows("SELECT DISTINCT day FROM day_keys WHERE day < {day:Date}", day=today - timedelta(days=1))
    on_cluster = f" ON CLUSTER `{store.cluster}`" if store.cluster else ""
    table = "day_keys_local" if store.cluster else "day_keys"
    for row in old:
        store.command(f"ALTER TABLE {table}{on_cluster} DROP PARTITION '{row['day'].isoformat()}'")


def _stored(store: Store, day: date) -> str:
    rows = store.rows("SELECT key FROM day_keys WHERE day = {day:Date} LIMIT 1", day=day)
    return str(rows[0]["key"]) if rows else ""
