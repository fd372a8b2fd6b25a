"""Templates, stylesheets and scripts keep to a line length that a person can read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 120
FOLDERS = ("viewer", "parcours", "tracker_js/src", "tracker_js/test", "bench")
ENDINGS = {".html", ".css", ".js"}


def long_lines(folder: str) -> list[str]:
    files = (f for f in sorted((ROOT / folder).rglob("*")) if f.suffix in ENDINGS)
    return [
        f"{file.relative_to(ROOT)}:{n}"
        for file in files
        for n, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > LONGEST
    ]


def test_no_line_is_longer() -> None:
    found = [place for folder in FOLDERS for place in long_lines(folder)]
    assert not found, found
