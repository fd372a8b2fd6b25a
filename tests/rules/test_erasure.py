from __future__ import annotations

import msgspec
import pytest

from rules.erasure import erasure_of, is_due, parse, retention_of
from rules.faults import Faults, InvalidDefinition, accepted
from store.erasure import hash_of
from store.records import Erasure, Site

DAY = 86_400_000
NOW = 20_000 * DAY + 10 * 3_600_000  # ten in the morning, UTC
SITE = Site(id="3", name="Shop", key="k", domains=("shop.example",))
KNOWN = ["shop.example/a", "shop.example/b/1", "shop.example/b/2"]


def faults(**fields: object) -> list[tuple[str, str]]:
    found = parse(fields)
    assert isinstance(found, Faults)
    return [(one.field, one.code) for one in found]


def test_a_request_names_a_page_a_source_or_a_period() -> None:
    assert faults() == [("page", "erases_nothing")]
    assert faults(since="2026-03-02", until="2026-03-01") == [("since", "swapped")]
    assert faults(since="soon") == [("since", "day")]
    assert faults(colour="red", page="/a")[0] == ("colour", "unknown")


def test_pages_are_named_by_address_path_or_pattern_and_stored_as_hashes() -> None:
    for text, meant in (("/a", KNOWN[:1]), ("https://www.shop.example/a/", KNOWN[:1]), ("/b/*", KNOWN[1:])):
        made = erasure_of(SITE, accepted(parse({"page": text})), KNOWN, NOW)
        assert made.pages == tuple(map(hash_of, meant))
        assert b"shop.example" not in msgspec.json.encode(made)
    with pytest.raises(InvalidDefinition) as raised:
        erasure_of(SITE, accepted(parse({"page": "/c/**"})), KNOWN, NOW)
    assert [one.code for one in raised.value.faults] == ["erases_pages"]


def test_the_days_of_a_period_are_those_of_the_site() -> None:
    site = msgspec.structs.replace(SITE, timezone="Asia/Kolkata")
    made = erasure_of(site, accepted(parse({"since": "2020-03-02", "until": "2020-03-02"})), [], NOW)
    assert {end - made.since for end in made.until.values()} == {DAY}
    assert made.since % DAY == DAY - 19_800_000  # half past six in the evening before, UTC


def test_limits_of_a_site_erase_what_is_older_once_a_day() -> None:
    assert retention_of(SITE, NOW) is None
    site = msgspec.structs.replace(SITE, keep_views_days=30, keep_points_days=60, keep_events_days=7)
    made = retention_of(site, NOW)
    assert made is not None
    midnight = 20_000 * DAY
    assert made.until == {"views": midnight - 30 * DAY, "points": midnight - 30 * DAY, "events": midnight - 7 * DAY}
    assert is_due(None, made)
    done = msgspec.structs.replace(made, state="done")
    assert not is_due(done, made)
    assert not is_due(made, _later(site, NOW + DAY))  # it is still being done
    assert is_due(done, _later(site, NOW + DAY))
    assert is_due(done, _later(msgspec.structs.replace(site, keep_pictures_days=9), NOW))


def _later(site: Site, now: int) -> Erasure:
    made = retention_of(site, now)
    assert made is not None
    return made
