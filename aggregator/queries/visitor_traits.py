"""The device and the channel of visitors, as SQL: those of the first view in the period."""

from __future__ import annotations


def traits_sql(selected: str) -> str:
    """A query of visitor, first_device and first_channel. `selected`: the condition of the rows that count."""
    first = "toString(argMin({0}, (time, view))) AS first_{0}"
    return (
        f"SELECT visitor, {first.format('device')}, {first.format('channel')} FROM touches "
        f"WHERE {selected} GROUP BY visitor"
    )
