"""`parcours import`: notations of exports that tools and spreadsheets write. All examples are made up."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from parcours.cli import cli
from parcours.importing import mapping, matomo, posthog
from parcours.importing.items import Bad, Item, Made
from parcours.importing.mapping import Unmapped, number
from parcours.importing.rows import rows_of
from tests.parcours.tables import write_parquet

PARIS = ZoneInfo("Europe/Paris")
HALF_PAST_MIDNIGHT = 1_795_131_000_000  # in Paris, 2026-11-20 00:30
HEATMAP = {"https://shop.example/lamps": [{"x": 683, "y": 10, "type": "click"}]}


def table(path: Path) -> list[Made]:
    return list(mapping.events(rows_of(path), {}, {}, PARIS).items)


def of_posthog(path: Path) -> list[Made]:
    return list(posthog.items(rows_of(path), posthog.heights_of(rows_of(path)), {}, PARIS).items)


def of_matomo(path: Path) -> list[Made]:
    return list(matomo.items(rows_of(path), PARIS).items)


def bodies(items: list[Made]) -> list[dict[str, Any]]:
    assert not [item for item in items if isinstance(item, Bad)]
    return [item.body for item in items if isinstance(item, Item)]


def test_the_time_zone_applies_to_posthog_and_matomo(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(json.dumps([{"event": "order", "uuid": "o", "timestamp": "2026-11-20 00:30:00"}]))
    assert [body["time"] for body in bodies(of_posthog(path))] == [HALF_PAST_MIDNIGHT]
    path.write_text(json.dumps([{"event": "order", "uuid": "o", "timestamp": "2026-11-20T00:30:00+00:00"}]))
    assert [body["time"] for body in bodies(of_posthog(path))] == [HALF_PAST_MIDNIGHT + 3_600_000]
    visit = {"actionDetails": [{"type": "outlink", "timestamp": "2026-11-20T00:30:00"}]}
    path.write_text(json.dumps([visit]))
    assert [body["time"] for body in bodies(of_matomo(path))] == [HALF_PAST_MIDNIGHT]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_cell_with_thousands_of_points_is_read(tmp_path: Path, indent: int | None) -> None:
    moves = [{"x": n, "y": n, "target_fixed": False, "type": "mousemove"} for n in range(2_500)]
    data = {"https://shop.example/lamps": [*moves, *HEATMAP["https://shop.example/lamps"]]}
    properties = json.dumps({"$viewport_width": 1366, "$viewport_height": 768, "$heatmap_data": data}, indent=indent)
    assert len(properties) > 131_072
    path = tmp_path / "events.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([
            ["event", "uuid", "timestamp", "properties"],
            ["$heatmap", "h", "2026-11-20T09:00:00Z", properties],
            ["order", "o", "2026-11-20T09:00:00Z", "{}"],
        ])  # fmt: skip
    order, clicks = bodies(of_posthog(path))
    assert (clicks["batch"]["click"]["py"], order["name"]) == ([10], "order")


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "\ufeffsep=;\n"])
def test_a_first_line_names_the_separator(tmp_path: Path, first: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes((first + "name;time;value\norder, big;2026-11-20T00:30:00;59,90\norder;2026;1;2\n").encode())
    good, bad = table(path)
    assert isinstance(good, Item)
    assert isinstance(bad, Bad)
    assert (good.body["name"], good.body["value"], good.body["time"]) == ("order, big", 59.9, HALF_PAST_MIDNIGHT)
    assert (good.line, bad.line) == (3, 4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("59,9", 59.9), ("-0,5", -0.5), (",5", 0.5), ("1.234,56", 1234.56), ("1 234,56", 1234.56),
        ("1\u202f234\u00a0567,8", 1_234_567.8), ("1'234,5", 1234.5), ("1,234.56", 1234.56), ("1,234,567", 1_234_567),
        ("0,125", 0.125), ("1234,500", 1234.5), ("12.345.678,00", 12_345_678), ("1.234", 1.234), ("1e3", 1000),
    ],
)  # fmt: skip
def test_a_comma_can_be_decimal(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["1,234", "1,2,3", "1,23.4", "1.2,3", "a,5", ",", "1,5 EUR"])
def test_a_number_that_can_be_read_in_two_ways_or_none_is_rejected(text: str) -> None:
    with pytest.raises(Unmapped, match="value: "):
        number(text)


EVENT = {"uuid": "o1", "event": "order", "distinct_id": "c7", "timestamp": "2026-11-20T09:00:00Z"}
VALUE = {"value": 59.9, "$current_url": "https://shop.example/thanks"}


@pytest.mark.parametrize(
    "answer",
    [
        {"columns": [*EVENT, "properties"], "results": [[*EVENT.values(), json.dumps(VALUE)]], "types": []},
        {"results": [[*EVENT.values(), *VALUE.values()]], "columns": [*EVENT, *(f"properties.{n}" for n in VALUE)]},
        {"columns": ["*", "timestamp"], "results": [[EVENT | {"properties": VALUE}, EVENT["timestamp"]]]},
        {"results": [EVENT | {"properties": VALUE}], "next": None},
    ],
)
def test_every_answer_of_posthog_gives_the_same_event(tmp_path: Path, answer: dict[str, Any]) -> None:
    plain, path = tmp_path / "a.ndjson", tmp_path / "b.json"
    plain.write_text(json.dumps(EVENT | {"properties": VALUE}))
    path.write_text(json.dumps(answer))
    assert bodies(of_posthog(path)) == bodies(of_posthog(plain))


def test_a_row_with_fewer_cells_than_columns_is_rejected_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"columns": [*EVENT], "results": [["o2"], [*EVENT.values()]]}))
    assert [type(item) for item in of_posthog(path)] == [Bad, Item]


def visit(number: int, **changes: Any) -> dict[str, Any]:
    action = {"type": "action", "url": "https://shop.example/lamps", "pageId": number, "timestamp": 1_795_165_200}
    return {"idSite": 1, "idVisit": number, "resolution": "1366x768", "actionDetails": [action]} | changes


@pytest.mark.parametrize(
    "answer",
    [
        {"2026-11-19": [], "2026-11-20": [visit(1)], "2026-11-21": [visit(2)]},
        {"2026-11-16,2026-11-22": [visit(1), visit(2)]},
        {"1": {"2026-11-20": [visit(1)]}, "2": {"2026-11-20": [visit(2)], "2026-11-21": []}},
        [visit(1), visit(2)],
    ],
)
def test_matomos_answers_by_date_and_site_are_read(tmp_path: Path, answer: object) -> None:
    path = tmp_path / "visits.json"
    path.write_text(json.dumps(answer))
    assert len({body["batch"]["view"] for body in bodies(of_matomo(path))}) == 2


@pytest.mark.parametrize(
    ("resolution", "device", "window"),
    [
        ("1920x1080", "Desktop", (1920, 1080)),
        ("unknown", "Desktop", (1366, 768)),
        ("unknown", "Smartphone", (390, 844)),
        (None, "Tablet", (820, 1180)),
        ("0x0", "Phablet", (390, 844)),
        ("1280x", "", (1280, 768)),
    ],
)
def test_an_unknown_resolution_is_the_usual_window_of_the_device(
    tmp_path: Path, resolution: str | None, device: str, window: tuple[int, int]
) -> None:
    path = tmp_path / "visits.json"
    path.write_text(json.dumps([visit(1, resolution=resolution, deviceType=device)]))
    (body,) = bodies(of_matomo(path))
    assert (body["batch"]["ctx"]["vw"], body["batch"]["ctx"]["vh"]) == window


def test_clicks_in_an_unknown_window_have_no_height_by_which_they_could_be_drawn(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    seen = {f"$prev_pageview_{name}": value for name, value in (
        ("pathname", "/lamps"), ("max_content", 700), ("max_content_percentage", 0.5),
    )}  # fmt: skip
    properties = {"$current_url": "https://shop.example/lamps", "$heatmap_data": HEATMAP, "$device_type": "Mobile"}
    path.write_text(json.dumps([EVENT | {"event": "$heatmap", "properties": properties | seen}]))
    (body,) = bodies(of_posthog(path))
    assert (body["batch"]["ctx"]["vw"], body["batch"]["ctx"]["ph"]) == (390, 0)


@pytest.mark.parametrize("name", ["orders{1,2}.parquet", "orders*.parquet", "what?'s \\new.parquet"])
def test_the_name_of_a_parquet_file_may_hold_any_letter(tmp_path: Path, name: str) -> None:
    pytest.importorskip("chdb")
    for n, other in enumerate(("orders1.parquet", "orders2.parquet", "plain.parquet")):
        write_parquet(tmp_path / other, f"SELECT 'order' AS name, '2026-11-20' AS time, {n} AS value")
    (tmp_path / "plain.parquet").rename(tmp_path / name)
    assert [body["value"] for body in bodies(table(tmp_path / name))] == [2]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("order,2026-11-20T10:00:00Z,5", 0),
        ("order,2026-11-20T10:00:00Z,five", 5),
        ("order,1999-01-01,5", 5),
        (f"{'x' * 65},2026-11-20,5", 5),
        ("order,2026-11-20", 5),
    ],
)
def test_a_dry_run_fails_if_lines_will_be_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, code: int
) -> None:
    monkeypatch.setenv("PARCOURS_DATA", str(tmp_path / "data"))
    path = tmp_path / "orders.csv"
    path.write_text(f"name,time,value\n{line}\n")
    result = CliRunner().invoke(cli, ["import", "Shop", str(path), "--dry-run"])
    assert result.exit_code == code, result.output
    assert "Nothing was sent." in result.output
    assert not (tmp_path / "data").exists()
