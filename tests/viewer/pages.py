"""What the tests of pages share: the days of the shop, and how a page is read and its forms are sent."""

from __future__ import annotations

import csv
import re
from html import unescape
from io import StringIO

from httpx import Response

from tests.viewer.client import Client

DAYS = "since=2026-03-01&until=2026-03-03"
PASSWORD = "a long enough sentence"


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" (?:content|value)="(\w+)"', page)
    assert found, "the page has no form token"
    return found[1]


def words(page: str) -> str:
    """What a reader sees, without marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


def post(client: Client, path: str, page: str = "/account", **fields: object) -> object:
    return client.post(path, data={"csrf": csrf(client.get(page).text), **fields})


def table(answer: Response, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file, which must have this name."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    return list(csv.DictReader(StringIO(answer.text)))
