"""docs/privacy.md describes every column of the database, in both languages, and says the same in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from store.client import Store
from viewer.pages.frame.help_text import FOLDER, PRIVACY, help_text
from viewer.pages.frame.languages import CODES

_ROW = re.compile(r"^\| `(\w+)` \| [^|]+ \| ((?:`\w+` ?)+) \|$", re.M)


def _source(language: str) -> str:
    path: Path = FOLDER / (f"{PRIVACY}.md" if language == "en" else f"{PRIVACY}.{language}.md")
    return path.read_text(encoding="utf-8")


def _described(language: str) -> dict[str, set[str]]:
    return {table: set(re.findall(r"\w+", columns)) for table, columns in _ROW.findall(_source(language))}


@pytest.mark.parametrize("language", CODES)
def test_every_column_of_the_database_is_described(store: Store, language: str) -> None:
    rows = store.rows(
        "SELECT table, name FROM system.columns INNER JOIN system.tables AS t "
        "ON t.name = table AND t.database = database "
        "WHERE database = currentDatabase() AND t.engine != 'MaterializedView'"
    )
    stored: dict[str, set[str]] = {}
    for row in rows:
        stored.setdefault(row["table"], set()).add(row["name"])
    assert _described(language) == stored


def test_both_languages_have_the_same_sections() -> None:
    english, french = (help_text(code, PRIVACY) for code in ("en", "fr"))
    assert [one.anchor for one in english.sections] == [one.anchor for one in french.sections]
    for one, other in zip(english.sections, french.sections, strict=True):
        assert (one.html.count("<tr>"), one.html.count("<li>")) == (other.html.count("<tr>"), other.html.count("<li>"))
        assert set(re.findall(r'href="([^"]+)"', one.html)) == set(re.findall(r'href="([^"]+)"', other.html))


@pytest.mark.parametrize("language", CODES)
def test_no_judgement_is_promised(language: str) -> None:
    assert not re.search(r"\bcomplian|\bconforme", _source(language), re.I)
