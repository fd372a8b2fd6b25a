"""Lists of networks and the countries of addresses, from real files."""

from __future__ import annotations

import ipaddress
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.enrich.countries import Countries
from collector.enrich.networks import Networks, networks, read_networks
from collector.settings import SettingsError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mmdb_writer import MMDBWriter
    from netaddr import IPSet


def geoip(path: Path, key: str = "country") -> Path:
    """A small MMDB file: two countries, and a network without one."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-Country")
    for network, code in {"203.0.113.0/24": "FR", "2001:db8:1::/48": "DE"}.items():
        writer.insert_network(IPSet([network]), {key: {"iso_code": code}})
    writer.insert_network(IPSet(["198.51.100.0/24"]), {"continent": {"code": "EU"}})
    writer.to_db_file(str(path))
    return path


@settings(deadline=None)
@given(st.lists(st.tuples(st.ip_addresses(), st.integers(0, 32)), min_size=1, max_size=8), st.lists(st.ip_addresses()))
def test_networks_hold_what_the_library_says(parts: list[tuple[object, int]], others: list[object]) -> None:
    made = [ipaddress.ip_network(f"{address}/{bits}", strict=False) for address, bits in parts]
    found = Networks(made)
    for ip in [*others, *(n.network_address for n in made), *(n.broadcast_address for n in made)]:
        plain = getattr(ip, "ipv4_mapped", None) or ip
        assert (str(ip) in found) is any(plain in n for n in made)


def test_text_that_is_not_an_address_is_in_no_network() -> None:
    assert "::ffff:192.0.2.7" in networks(("192.0.2.0/24", "nonsense"))
    assert "nonsense" not in networks(("0.0.0.0/0", "::/0"))
    assert "" not in networks(("0.0.0.0/0",))


def test_a_list_of_networks_is_read_or_rejected_with_a_message(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# clouds\n192.0.2.0/24  # one\n\n2001:db8::/32\n192.0.3.0/24\n")
    found = read_networks(path, "PARCOURS_DATACENTRES")
    assert "192.0.3.9" in found
    assert "192.0.4.0" not in found
    path.write_text("192.0.2.0/24\n192.0.2.0/33\n")
    with pytest.raises(SettingsError, match=r"list\.txt, line 2: '192\.0\.2\.0/33'"):
        read_networks(path, "PARCOURS_DATACENTRES")
    path.write_text("# nothing\n")
    with pytest.raises(SettingsError, match="contains no network"):
        read_networks(path, "PARCOURS_DATACENTRES")
    with pytest.raises(SettingsError, match=r"PARCOURS_DATACENTRES=.*away"):
        read_networks(tmp_path / "away", "PARCOURS_DATACENTRES")


@pytest.mark.parametrize("key", ["country", "registered_country"])
def test_countries(tmp_path: Path, key: str) -> None:
    places = Countries(geoip(tmp_path / "geo.mmdb", key))
    assert places.kind == "Test-Country"
    assert places.country("203.0.113.77") == places.country("::ffff:203.0.113.1") == "FR"
    assert places.country("2001:db8:1::7") == "DE"
    for unknown in ("198.51.100.1", "192.0.2.1", "2001:db8:2::1", "", "nonsense"):
        assert places.country(unknown) == ""


def test_a_missing_or_damaged_file_is_reported_with_a_message(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"PARCOURS_GEOIP=.*away.mmdb cannot be read: No such file"):
        Countries(tmp_path / "away.mmdb")
    whole = geoip(tmp_path / "geo.mmdb").read_bytes()
    for name, content in {"text": b"not at all", "empty": b"", "cut": whole[: len(whole) // 2]}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=r"PARCOURS_GEOIP=.* is not a complete MMDB file"):
            Countries(path)
