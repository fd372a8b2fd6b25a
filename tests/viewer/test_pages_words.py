"""Both languages say everything, and write numbers and dates as their readers do."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import viewer
from store.notes import NOTES, note, read_note
from store.robots import REASONS
from viewer.http.errors import problem_of
from viewer.pages.frame.languages import CATALOGS, CODES, THIN, language, preferred
from viewer.pages.map.picture_notes import stored_words
from viewer.pages.map.robots import reason_words, robot_reasons
from viewer.pages.pictures.failures import words_of as failure_words
from viewer.snapshot.errors import STEP_FAULTS, StepError

ROOM = Path(viewer.__file__).parent
METHODS = [("pages/**.py", "python"), ("pages/**.html", "jinja2")]
KEYWORDS = {"_": None, "text": None, "ngettext": (1, 2), "plural": (1, 2), "gettext": None}
HOLE = re.compile(r"%\((\w+)\)s")


def messages() -> set[str | tuple[str, ...]]:
    """Every message id in pages and templates."""
    found = extract_from_dir(ROOM, METHODS, {"**.html": {"trimmed": "true"}}, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found if message}


@pytest.fixture(scope="module")
def french() -> dict[str | tuple[str, ...], tuple[str, ...]]:
    with (CATALOGS / "fr" / "LC_MESSAGES" / "parcours.po").open("rb") as file:
        catalog = read_po(file, locale="fr")
    return {
        m.id: (m.string,) if isinstance(m.string, str) else tuple(m.string) for m in catalog if m.id and not m.fuzzy
    }


def test_every_message_has_a_french_text(french: dict[str | tuple[str, ...], tuple[str, ...]]) -> None:
    missing = [m for m in messages() if not all(french.get(m, ("",)))]
    assert missing == [], "run viewer/translations/update.sh and put these into French"


def test_no_french_text_is_left_over(french: dict[str | tuple[str, ...], tuple[str, ...]]) -> None:
    assert set(french) - messages() == set()


def test_french_texts_use_the_same_placeholders(french: dict[str | tuple[str, ...], tuple[str, ...]]) -> None:
    for message, texts in french.items():
        ids = (message,) if isinstance(message, str) else message
        for text in texts:
            assert set(HOLE.findall(text)) == set(HOLE.findall(ids[-1])), message


def test_french_punctuation_is_preceded_by_a_narrow_space(french: dict[str | tuple[str, ...], tuple[str, ...]]) -> None:
    for text in (text for texts in french.values() for text in texts):
        assert not re.search(r"[^\s\u202f][?!»]| [:;?!»]|« ", text), text


FIGURES = ("n", "images", "seconds", "height", "end", "laid", "window", "px", "usual", "count", "width")
VALUES = dict.fromkeys(FIGURES, 7)
NAMES = {"name": "OneTrust", "hosts": "10.0.0.1", "selector": "#a", "cover": "div", "goal": "/b", "step": "click #a"}
NAMES |= {"origin": "http://a.example", "host": "b.example", "place": "shop.example/login"}


@pytest.mark.parametrize("code", NOTES)
def test_notes_about_a_picture_exist_in_both_languages(code: str) -> None:
    holes = {name for _, name, _, _ in Formatter().parse(NOTES[code]) if name}
    stored = note(code, **{name: value for name, value in (VALUES | NAMES).items() if name in holes})
    english = stored_words(language("en"), stored)
    assert english.replace("“", "`").replace("”", "`").split()[:4] == read_note(stored).words.split()[:4]
    assert stored_words(language("fr"), stored) not in (english, read_note(stored).words)


@pytest.mark.parametrize("code", CODES)
def test_reasons_for_a_robot_verdict_exist_in_both_languages(code: str) -> None:
    words = reason_words(language(code))
    assert tuple(words) == REASONS
    assert len(set(words.values())) == len(REASONS)
    assert robot_reasons(language(code), {"crawler": 1200, "of_a_later_version": 1})[1] == ("of_a_later_version", "1")


@pytest.mark.parametrize("stored", ["The page grows.", '{"note": "of a later version", "n": 1}', '{"note": "broken"}'])
def test_notes_of_other_versions_are_shown_as_they_are(stored: str) -> None:
    assert [stored_words(language(code), stored) for code in CODES] == [stored, stored]


@pytest.mark.parametrize("fault", STEP_FAULTS)
def test_reasons_why_a_step_failed_exist_in_both_languages(fault: str) -> None:
    error = StepError(fault, **VALUES, **NAMES)
    french = failure_words(language("fr"), problem_of(error))
    assert french.startswith("À 7 px\u202f: Étape 7 (click #a)\u202f: ")
    assert failure_words(language("en"), problem_of(error)) == error.words
    assert french.endswith(".")


def test_texts_use_the_vocabulary_of_ux_teams() -> None:
    for message in messages():
        for words in (message,) if isinstance(message, str) else message:
            assert not re.search(r"\b(row|null|oops)\b|!", words)


def test_numbers_in_english() -> None:
    en = language("en")
    assert en.number(4812) == "4,812"
    assert en.number(-3.14, 1) == "−3.1"
    assert en.share(0.58) == "58.0%"
    assert en.between(0.572, 0.6) == "57.2–60.0"
    assert en.points(0.027) == "+2.7"
    assert en.points(-0.0234) == "−2.3"
    assert en.points(0.0001) == "0.0"
    assert en.chance(0.0001) == "< 0.001"
    assert en.chance(0.0141) == "0.014"


def test_numbers_in_french() -> None:
    fr = language("fr")
    assert fr.number(4812) == f"4{THIN}812"
    assert fr.share(0.58) == f"58,0{THIN}%"
    assert fr.points(0.027) == "+2,7"


def test_days_and_spans() -> None:
    en, fr = language("en"), language("fr")
    assert en.day(date(2020, 11, 21)) == "21 November 2020"
    assert fr.day(date(2020, 11, 21)) == "21 novembre 2020"
    assert en.day("2020-11-01").startswith("1 November")
    assert en.moment(1_600_000_000_000) == "13 September 2020, 12:26"
    assert [en.span(ms) for ms in (2500, 40_000, 180_000, 7_200_000, 100_800_000)] == [
        "2.5 s", "40 s", "3 min", "2 h", "1 d 4 h",
    ]  # fmt: skip


def test_zero_takes_the_plural_in_english_and_the_singular_in_french() -> None:
    assert language("en").plural("%(num)s page", "%(num)s pages", 0) == "0 pages"
    assert language("fr").plural("%(num)s visitor", "%(num)s visitors", 0) == "0 visiteur"


def test_an_unknown_language_is_english() -> None:
    assert language("xx").code == "en"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "en"),
        ("fr-FR,fr;q=0.9", "fr"),
        ("de,fr;q=0.5", "fr"),
        ("en;q=0.4,fr;q=0.8", "fr"),
        ("fr;q=0", "en"),
        ("x;q=y", "en"),
    ],
)
def test_the_browsers_language(header: str, code: str) -> None:
    assert preferred(header) == code
