"""The figures in the docs are those of docs/figures, and nobody typed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import docs, figures
from bench.figures import Measurement
from bench.tables import TABLES, figure_text, markdown

PAGES = docs.pages()
BENCHMARKS = figures.ROOT / "docs" / "benchmarks.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_show_the_measured_figures(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert docs.filled(text) == text, "out of date: run `make docs`"


def test_the_page_of_benchmarks_has_no_typed_figure() -> None:
    assert list(docs.typed_figures(BENCHMARKS.read_text(encoding="utf-8"))) == []


def test_typed_figures_are_found_outside_markers_and_code_only() -> None:
    text = (
        "It takes 12 ms.\n`3 ms` <!-- figure: a / b -->4 ms<!-- /figure -->\nnear 2.3 × as much, 95 % of it\n600 moves"
    )
    assert list(docs.typed_figures(text)) == ["It takes 12 ms.", "near 2.3 × as much, 95 % of it"]


def test_every_table_is_shown_on_a_page() -> None:
    shown = {
        found["what"].strip()
        for page in PAGES
        for found in docs.MARKER.finditer(page.read_text(encoding="utf-8"))
        if found["kind"] == "table"
    }
    assert shown == set(TABLES)


def test_a_marker_is_filled_from_the_file_and_an_unmeasured_one_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "FOLDER", tmp_path)
    figures.read.cache_clear()
    figures.write(
        tmp_path / "speed.json", Measurement("speed", "run", "2026-01-02", {}, {"parts": {"warm, ms": 41.26}})
    )
    page = "<!-- figure: speed / parts / warm, ms | .0f -->9<!-- /figure --> <!-- figure: none / a -->9<!-- /figure -->"
    try:
        assert docs.filled(page) == (
            "<!-- figure: speed / parts / warm, ms | .0f -->41<!-- /figure --> "
            "<!-- figure: none / a -->not measured yet<!-- /figure -->"
        )
        with pytest.raises(KeyError, match="no figure"):
            docs.filled("<!-- figure: speed / cold, ms -->9<!-- /figure -->")
    finally:
        figures.read.cache_clear()


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567, "1,234,567"), (1234.5, "1,234"), (41.26, "41.3"), (0.98, "0.98"), (5.0, "5"), ("a", "a")],
)
def test_figures_have_three_significant_digits(value: object, text: str) -> None:
    assert figure_text(value) == text


def test_a_table_is_markdown_and_says_which_targets_were_missed() -> None:
    assert (
        markdown(["", "ms"], [["warm", 2.0], ["ok", False]])
        == "|  | ms |\n| --- | --- |\n| warm | 2 |\n| ok | **missed** |"
    )
