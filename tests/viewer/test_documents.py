"""The documentation in the product: every file, every link within it, and nothing else of the disk."""

from __future__ import annotations

import re

import pytest

from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.pages.frame.help_text import FOLDER
from viewer.pages.help.document_text import document, examples, names

DOCUMENTS = sorted(names())


def anchors(html: str) -> set[str]:
    return set(re.findall(r' id="([^"]+)"', html))


def test_every_file_of_the_documentation_is_served(owner: Client) -> None:
    assert {"index", "snippet", "operate", "robots", "api", "decisions/0026-rules-between-store-and-http"} <= names()
    for name in ("index", "snippet", "decisions/0026-rules-between-store-and-http"):
        answer = owner.get(f"/help/{name}")
        assert answer.status_code == 200
        assert document(name, "en", "").title in words(answer.text)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_lead_to_one_that_exists(name: str, language: str) -> None:
    found = document(name, language, "/analytics")
    for href in re.findall(r'href="([^"]+)"', found.html):
        if re.match(r"[a-z]+:", href):
            continue
        path, _, anchor = href.partition("#")
        to = path.removeprefix("/analytics/help/") if path else name
        assert to in names() | examples(), href
        if anchor and to in names():
            assert anchor in anchors(document(to, language, "").html) | anchors(document(to, "en", "").html), href
    assert "&lt;!--" not in found.html
    assert "{#" not in found.html


def test_nothing_else_of_the_disk_is_served(owner: Client) -> None:
    for path in (
        "../README",
        "..%2fREADME",
        "no-such-document",
        "decisions",
        "figures/capture.json",
        "../pyproject.toml",
    ):
        assert owner.get(f"/help/{path}").status_code == 404
    for name in examples():
        assert owner.get(f"/help/{name}").text == (FOLDER / name).read_text(encoding="utf-8")
