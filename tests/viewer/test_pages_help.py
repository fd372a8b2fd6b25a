"""The help: both languages have the same sections, and every "?" of a page leads to one of them."""

from __future__ import annotations

import re

import pytest

from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.pages.frame.help_links import SECTIONS, help_href
from viewer.pages.frame.help_text import PICTURES, help_text
from viewer.pages.frame.languages import CODES
from viewer.pages.frame.rendering import TEMPLATES

LANGUAGES = pytest.mark.parametrize("language", CODES)


@LANGUAGES
def test_a_text_has_every_section_once_and_in_order(language: str) -> None:
    assert tuple(section.anchor for section in help_text(language).sections) == SECTIONS


@LANGUAGES
def test_links_within_a_text_lead_to_its_sections(language: str) -> None:
    text = help_text(language)
    for section in text.sections:
        assert set(re.findall(r'href="#([^"]+)"', section.html)) <= set(SECTIONS), section.anchor
        assert 'href="' not in section.html.replace('href="#', ""), "the product serves no other page of the docs"


def test_every_picture_is_shown_and_every_shown_one_exists() -> None:
    shown = {name for code in CODES for s in help_text(code).sections for name in re.findall(r'src="([^"]+)"', s.html)}
    assert shown == {f"{PICTURES.name}/{path.name}" for path in PICTURES.iterdir()}


@LANGUAGES
def test_the_page_is_in_the_readers_language(language: str, owner: Client) -> None:
    answer = owner.get(f"/help/reading-a-map?lang={language}")
    assert answer.status_code == 200
    for section in help_text(language).sections:
        assert f'<section id="{section.anchor}">' in answer.text
        assert " ".join(section.title.split()) in words(answer.text)


def test_pictures_are_served_and_nothing_else(owner: Client) -> None:
    name = next(PICTURES.iterdir()).name
    answer = owner.get(f"/help/reading-a-map/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    for missing in ("no-such.png", "..%2Findex.md", "%2e%2e"):
        assert owner.get(f"/help/reading-a-map/{missing}").status_code == 404


def test_every_help_link_of_a_template_names_a_section() -> None:
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for call in re.findall(r"parts\.help\(([^,]+),", path.read_text(encoding="utf-8"))
        for name in re.findall(r'"([a-z-]+)"', call)
    }
    used |= {
        name
        for path in TEMPLATES.rglob("*.py")
        for name in re.findall(r'help="([a-z-]+)"', path.read_text(encoding="utf-8"))
    }
    assert used <= set(SECTIONS)
    assert {"clicked-by", "interval", "dead", "reached", "account", "difference", "went-on"} <= used


def test_an_unknown_section_is_an_error() -> None:
    assert help_href("dead") == "/help/reading-a-map#dead"
    with pytest.raises(ValueError, match="no section"):
        help_href("alive")
