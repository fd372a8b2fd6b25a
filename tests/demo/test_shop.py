"""Every page of Lampyre is there, carries the snippet, and leads only to pages that are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from parcours.demo.catalogue import LAMPS
from tests.demo.conftest import KEY, Lampyre

PAGES = ["/", "/table-lamps", "/pendant-lamps", "/basket", "/checkout", "/thanks", "/help", "/journal"]
PAGES += [lamp.path for lamp in LAMPS.values()]


@pytest.fixture(scope="module")
def client(lampyre: Lampyre) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=lampyre.url, follow_redirects=True) as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
def test_page_carries_the_snippet_and_says_that_it_is_a_demo(client: httpx.Client, lampyre: Lampyre, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert f'<script defer src="{lampyre.collector}/parcours.js" data-site="{KEY}"' in page.text
    assert "most of its visitors are simulated" in page.text


def test_no_link_leads_nowhere(client: httpx.Client) -> None:
    seen: set[str] = set()
    waiting = {"/"}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if "text/html" in answer.headers["content-type"]:
            links = re.findall(r'(?:href|src|data-load)="(/[^"#]*)', answer.text)
            waiting |= {link.replace("&amp;", "&") for link in links} - seen


def test_ids_are_unique_on_a_page(client: httpx.Client) -> None:
    for path in PAGES:
        ids = re.findall(r'\sid="([^"]+)"', re.sub(r"<template.*?</template>", "", client.get(path).text, flags=re.S))
        assert len(ids) == len(set(ids)), path


@pytest.mark.parametrize("variant", ["a", "b"])
def test_variant_can_be_forced_and_tells_the_tracker(client: httpx.Client, variant: str) -> None:
    page = client.get(f"/table-lamps/luciole?show={variant}").text
    assert f'data-variant="buy-button:{variant}"' in page
    button, words = page.index('id="add-to-basket"'), page.index('class="about"')
    assert (button < words) == (variant == "b")  # b has its button beside the price, above the words


def test_a_browser_keeps_its_variant_without_a_cookie(client: httpx.Client) -> None:
    shown = {}
    for agent in (f"Browser/{n}" for n in range(40)):
        answers = [client.get("/table-lamps/luciole", headers={"user-agent": agent}) for _ in range(2)]
        assert all("set-cookie" not in answer.headers for answer in answers)
        assert answers[0].text == answers[1].text
        shown[agent] = "buy-button:b" in answers[0].text
    assert set(shown.values()) == {True, False}


def test_only_the_tested_lamp_has_variants(client: httpx.Client) -> None:
    assert "data-variant" not in client.get("/table-lamps/galet").text


def test_an_order_is_accepted_without_being_read(client: httpx.Client) -> None:
    answer = client.post("/pay", data={"first": "Ada"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/thanks")


def test_a_missing_element_is_reported(client: httpx.Client) -> None:
    answer = client.get("/table-lamps/roseau")  # a floor lamp
    assert answer.status_code == 404
    assert "This page is gone" in answer.text
