"""What of a site only an owner may set, and which hosts are private or off limits."""

from __future__ import annotations

from typing import Any

import pytest

from rules.faults import Faults
from rules.owner_only import owner_only
from rules.private_hosts import is_off_limits, is_off_limits_host, is_private_host
from rules.site import parse
from store.definitions import Stored

PUBLIC = Stored("1", 1, {"name": "Shop", "domains": ["shop.example"], "allow_private": False})
OPEN = Stored("1", 1, {"name": "Shop", "domains": ["shop.example", "localhost"], "allow_private": True})


@pytest.mark.parametrize(
    ("stored", "fields", "faults"),
    [
        (None, {"name": "Shop", "domains": ["shop.example", "*.shop.example:8080"]}, []),
        (None, {"allow_private": False, "demo": False}, []),
        (None, {"allow_private": True}, [("allow_private", "owner_only")]),
        (None, {"demo": True}, [("demo", "owner_only")]),
        (None, {"domains": ["shop.example", "localhost:8000"]}, [("domains.1", "owner_domain")]),
        (None, {"domains": ["http://10.0.0.7/"]}, [("domains.0", "owner_domain")]),
        (None, {"domains": ["[::1]:80"]}, [("domains.0", "owner_domain")]),
        (None, {"domains": ["１０.0.0.7"]}, [("domains.0", "owner_domain")]),
        (None, {"domains": ["LOCALHOST."]}, [("domains.0", "owner_domain")]),
        (None, {"domains": ["müller.example."]}, []),
        (None, {"domains": ["*.corp"]}, [("domains.0", "owner_domain")]),
        (None, {"domains": ["printer"]}, [("domains.0", "owner_domain")]),
        (None, {"fetch_from": "http://192.168.1.2:8080"}, [("fetch_from", "owner_domain")]),
        (None, {"fetch_from": "https://origin.shop.example"}, []),
        (PUBLIC, {"allow_private": True}, [("allow_private", "owner_only")]),
        (PUBLIC, {"domains": ["shop.example", "new.example"]}, []),
        (OPEN, {"allow_private": True, "domains": ["shop.example", "localhost"], "name": "New"}, []),
        (OPEN, {"allow_private": False}, [("allow_private", "owner_only")]),
        (OPEN, {"domains": ["shop.example", "looks-public.example"]}, [("domains.1", "owner_domain")]),
        (OPEN, {"fetch_from": "https://looks-public.example"}, [("fetch_from", "owner_domain")]),
        (PUBLIC, {"domains": [1, None, {}], "fetch_from": ["x"]}, []),  # left to the rules of the site
        (PUBLIC, {"domains": "localhost", "fetch_from": "http://[", "allow_private": 0}, []),
    ],
)
def test_owner_only(stored: Stored | None, fields: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    found = owner_only(fields, stored)
    assert [(one.field, one.code) for one in found or ()] == faults


@pytest.mark.parametrize(
    ("host", "private", "off_limits"),
    [
        ("shop.example", False, False),
        ("8.8.8.8", False, False),
        ("[2606:4700::1111]", False, False),
        ("internal.shop.example", False, False),
        ("localhost", True, False),
        ("app.localhost.", True, False),
        ("printer", True, False),
        ("nas.local", True, False),
        ("db.internal", True, False),
        ("10.1.2.3", True, False),
        ("127.1", True, False),  # resolvers read it as 127.0.0.1
        ("0x7f000001", True, False),
        ("[::1]", True, False),
        ("169.254.169.254", True, True),
        ("169.254.0.1", True, True),
        ("2852039166", True, True),  # the same address as one number
        ("0251.0376.0251.0376", True, True),
        ("[fe80::1%eth0]", True, True),
        ("[::ffff:169.254.169.254]", True, True),
        ("64:ff9b::a9fe:a9fe", True, True),
        ("64:ff9b:1::a9fe:a9fe", True, True),
        ("2002:a9fe:a9fe::1", True, True),
        ("::a9fe:a9fe", True, True),
        ("2001:db8::5efe:a9fe:a9fe", True, True),
        ("fd00:ec2::254", True, True),
        ("100.100.100.200", True, True),
        ("168.63.129.16", False, True),
        ("metadata.google.internal", True, True),
    ],
)
def test_private_and_off_limits_hosts(host: str, private: bool, off_limits: bool) -> None:
    assert (is_private_host(host), is_off_limits_host(host)) == (private, off_limits)


def test_an_address_with_a_zone_is_off_limits() -> None:
    assert is_off_limits("fe80::1%eth0")
    assert not is_off_limits("fd00::1")


@pytest.mark.parametrize("domain", ["169.254.169.254", "[::ffff:a9fe:a9fe]", "metadata.google.internal:80"])
def test_nobody_can_add_a_domain_that_is_off_limits(domain: str) -> None:
    found = parse({"name": "Shop", "domains": ["shop.example", domain]}, taken=())
    assert isinstance(found, Faults)
    assert [(one.field, one.code) for one in found] == [("domains.1", "off_limits")]


def test_nobody_can_fetch_from_an_address_that_is_off_limits() -> None:
    found = parse({"name": "Shop", "domains": ["shop.example"], "fetch_from": "http://169.254.169.254/"}, taken=())
    assert isinstance(found, Faults)
    assert [(one.field, one.code) for one in found] == [("fetch_from", "off_limits")]
