"""Hosts and networks that an owner may name."""

from __future__ import annotations

import pytest

from rules.domains import domain_fault, domain_of, in_domains, network_of
from store.client import StoreError


@pytest.mark.parametrize(
    "host", ["shop.example", "*.shop.example", "localhost:8000", "127.0.0.1", "[::1]:80", "xn--a.b"]
)
def test_hosts_are_domains(host: str) -> None:
    assert domain_of(f" HTTPS://{host.upper()}/ ") == host


@pytest.mark.parametrize(
    "text", ["", "*", "a/b", "shop.example/path", "a b", "a..b", "shop.example:port", "ftp://a", "*.*.a"]
)
def test_other_words_are_no_domains(text: str) -> None:
    with pytest.raises(StoreError, match="is not a domain"):
        domain_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "*.com", "*.co.uk", "*.COM.au", "*.gouv.fr", "*.github.io", "*.myshopify.com:443", "*.co.com", "*.tokyo.jp",
        "*.s3.amazonaws.com", "*.amazonaws.com", "*.wordpress.com", "*.gitlab.io", "*.xn--p1ai",
    ],
)  # fmt: skip
def test_a_wildcard_over_other_peoples_sites_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="other people's sites"):
        domain_of(text)


@pytest.mark.parametrize(
    "host", ["*.shop.co.uk", "*.me.github.io", "*.cozy.com", "*.shop.fr", "*.localhost", "github.io"]
)
def test_a_wildcard_over_ones_own_is_taken(host: str) -> None:
    assert domain_of(host) == host


def test_domains_are_stored_in_ascii() -> None:
    assert domain_of("https://Müller.example/") == "xn--mller-kva.example"
    assert domain_of("*.ÅNGSTRÖM.example.:8001") == "*.xn--ngstrm-hua5l.example:8001"
    assert domain_of("shop.example.") == "shop.example"
    assert in_domains("MÜLLER.example.", 443, ["xn--mller-kva.example"])
    assert in_domains("xn--mller-kva.example", 443, ["müller.example."])


@pytest.mark.parametrize("text", ["ü" * 80 + ".example", "mü ller.example", "*.com.", "*.РФ"])
def test_names_that_cannot_be_a_domain(text: str) -> None:
    assert domain_fault(text, "domains.0")


def test_networks_are_read_or_refused_in_words() -> None:
    assert network_of(" 203.0.113.7/24 ") == "203.0.113.0/24"
    assert network_of("2001:db8::1") == "2001:db8::1/128"
    for text, words in {
        "shop": "is not an IP address",
        "0.0.0.0/0": "too large",
        "::/8": "too large",
        "": "is not",
    }.items():
        with pytest.raises(StoreError, match=words):
            network_of(text)
