"""Exports of PostHog, made up, and how they are cut into files."""

from __future__ import annotations

from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from parcours.importing import posthog
from parcours.importing.items import Item

Row = dict[str, Any]
MIDNIGHT = 1_795_219_200_000  # 2026-11-21 00:00 UTC
UTC = ZoneInfo("UTC")


def row(at: int, name: str, view: str = "p1", points: tuple[tuple[int, int], ...] = (), **changes: Any) -> Row:
    """`at`: seconds from midnight."""
    url = "https://shop.example/lamps"
    properties = {"$current_url": url, "$pageview_id": view, "$viewport_width": 1366, "$viewport_height": 768}
    if points:
        properties["$heatmap_data"] = {url: [{"x": x, "y": y, "type": "click"} for x, y in points]}
    row = {"uuid": f"{name} {view} {at}", "event": name, "distinct_id": "c1", "timestamp": MIDNIGHT + 1000 * at}
    return row | {"properties": properties | changes.pop("properties", {})} | changes


def export(random: Random, views: int = 4) -> list[Row]:
    """Rows of some views, around midnight, by time: page views, clicks (some of them equal), orders."""
    rows = []
    for view in map(str, range(views)):
        begin = random.randrange(-90, 20)
        who = random.choice(["c1", "c2"])
        window = {"$viewport_width": random.choice([1366, 390]), "$referrer": random.choice(["", "https://a.example/"])}
        rows.append(row(begin, "$pageview", view, distinct_id=who, properties=window))
        for _ in range(random.randrange(4)):
            points = tuple((random.randrange(3), random.randrange(3)) for _ in range(random.randrange(1, 4)))
            resized = window | {"$viewport_width": random.choice([1366, 390])}
            rows.append(
                row(begin + random.randrange(60), "$heatmap", view, points, distinct_id=who, properties=resized)
            )
        rows.append(row(begin + 30, "order", view, distinct_id=who))
    for n, made in enumerate(rows):
        made["uuid"] = str(n)
    return sorted(rows, key=lambda row: row["timestamp"])


def files_of(random: Random, rows: list[Row]) -> list[list[Row]]:
    """The rows in some files that overlap and come in any order, each of them in any order."""
    files = []
    for _ in range(random.randrange(1, 5)):
        begin = random.randrange(len(rows))
        files.append(rows[begin : begin + random.randrange(1, len(rows))])
    covered = {row["uuid"] for file in files for row in file}
    files.append([row for row in rows if row["uuid"] not in covered])
    for file in files:
        random.shuffle(file)
    random.shuffle(files)
    return files


def items_of(file: list[Row]) -> list[Item]:
    """What is sent of a file."""
    items = list(posthog.items(enumerate(file, 1), {}, {}, UTC).items)
    assert all(isinstance(item, Item) for item in items)
    return items  # type: ignore[return-value]
