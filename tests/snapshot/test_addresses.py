import pytest

from rules.domains import in_domains
from store.records import Site
from viewer.snapshot.addresses import Bounds, is_private
from viewer.snapshot.errors import CODES, SnapshotError


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "ff02::1", "::",
    ],
)  # fmt: skip
def test_private_addresses(ip):
    assert is_private(ip)


@pytest.mark.parametrize("ip", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses(ip):
    assert not is_private(ip)


@pytest.mark.parametrize(
    ("host", "port", "domains", "inside"),
    [
        ("shop.example", 443, ["shop.example"], True),
        ("www.shop.example", 443, ["shop.example"], True),
        ("shop.example", 443, ["www.shop.example"], True),
        ("SHOP.example.", 443, ["shop.example"], True),
        ("evilshop.example", 443, ["shop.example"], False),
        ("shop.example.evil.test", 443, ["shop.example"], False),
        ("a.b.shop.example", 443, ["*.shop.example"], True),
        ("shop.example", 443, ["*.shop.example"], False),
        ("evilshop.example", 443, ["*.shop.example"], False),
        ("127.0.0.1", 8001, ["127.0.0.1:8001"], True),
        ("127.0.0.1", 8002, ["127.0.0.1:8001"], False),
        ("::1", 8001, ["[::1]:8001"], True),
        ("127.0.0.1", 8001, ["localhost"], True),
        ("shop.localhost", 8001, ["localhost:8001"], True),
        ("localhost", 8002, ["localhost:8001"], False),
        ("10.0.0.1", 80, ["localhost"], False),
        ("shop.example", 443, [], False),
    ],
)
def test_domains(host, port, domains, inside):
    assert in_domains(host, port, domains) is inside


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://shop.example/", "javascript:alert(1)", "data:text/html,x", "shop.example", "",
        "http://", "http://shop.example:99999/", "http://other.example/", "http://shop.example@other.example/",
        "http://name:word@shop.example/", "http://2130706433/", "view-source:http://shop.example/",
    ],
)  # fmt: skip
def test_rejected_addresses(url):
    bounds = Bounds.of(Site(id="1", name="Shop", key="k", domains=("shop.example",)))
    with pytest.raises(SnapshotError) as raised:
        bounds.check(url)
    assert raised.value.code == "address"
    assert "word" not in raised.value.words.replace("password", "")


def test_private_addresses_only_of_the_own_domains():
    open_site = Bounds("s", ("shop.test",), allow_private=True)
    assert open_site.reachable("shop.test", 80, ["10.0.0.1", "1.1.1.1"]) == ["10.0.0.1", "1.1.1.1"]
    assert open_site.reachable("cdn.test", 80, ["10.0.0.1", "1.1.1.1"]) == ["1.1.1.1"]
    closed = Bounds("s", ("shop.test",), allow_private=False)
    assert closed.reachable("shop.test", 80, ["10.0.0.1"]) == []


def test_every_code_has_a_message():
    assert all(CODES.values())


@pytest.mark.parametrize(
    ("host", "ips"),
    [
        ("shop.test", ["169.254.169.254"]),
        ("shop.test", ["fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]),
        ("shop.test", ["fd00:ec2::254", "100.100.100.200"]),
        ("metadata.google.internal", ["10.0.0.1"]),
    ],
)
def test_link_local_addresses_and_metadata_are_never_visited(host, ips):
    open_site = Bounds("s", (host,), allow_private=True, fetch_from=f"http://{host}")
    assert open_site.reachable(host, 80, ips) == []
    assert open_site.reachable("shop.test", 80, [*ips, "1.1.1.1"])[-1] == "1.1.1.1"
