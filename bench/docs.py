"""Insert measured figures into the docs: `python -m bench.docs` (`make docs`), or `--check` whether they are current.

Three markers, all invisible in rendered Markdown:

- `<!-- figure: heatmap / warm, ms | .0f -->291<!-- /figure -->` a single figure, by bench and nested names; the
  format after `|` is optional;
- `<!-- table: heatmap.parts -->…<!-- /table -->` a table made by a function of `bench.tables`;
- `<!-- measured: heatmap -->…<!-- /measured -->` when, on which machine and by which command a bench was run.

Example: `python -m bench heatmap --json docs/figures/heatmap.json && python -m bench.docs`
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figures import ROOT, read
from bench.tables import TABLES, figure_text

NOT_MEASURED = "not measured yet"
MARKER = re.compile(
    r"(?P<open><!-- (?P<kind>figure|table|measured): (?P<what>.+?) -->).*?(?P<close><!-- /(?P=kind) -->)", re.S
)
# A number with a unit of measurement, and ratios such as "2.3 ×". Outside the markers a page of figures has none.
TYPED = re.compile(r"\d[\d.,]*\s?(?:ms\b|µs\b|MB\b|kB\b|KB\b|GB\b|%|×(?!\s?\d))")


def pages() -> list[Path]:
    """Every Markdown page that may hold figures."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def filled(text: str) -> str:
    """The page with the text of every marker made again from docs/figures. KeyError: there is no such figure."""

    def fill(found: re.Match[str]) -> str:
        return found["open"] + _text(found["kind"], found["what"].strip()) + found["close"]

    return MARKER.sub(fill, text)


def _text(kind: str, what: str) -> str:
    if kind == "figure":
        names, _, form = what.partition("|")
        bench, *path = (name.strip() for name in names.split(" / "))
        measurement = read(bench)
        return figure_text(measurement.at(*path), form.strip()) if measurement else NOT_MEASURED
    if kind == "measured":
        return _measured(what)
    measurement = read(what.partition(".")[0])
    return f"\n\n{TABLES[what](measurement)}\n\n" if measurement else f"\n\n_{NOT_MEASURED.capitalize()}._\n\n"


def _measured(bench: str) -> str:
    measurement = read(bench)
    if measurement is None:
        return f"Not measured yet: `python -m bench {bench} --json docs/figures/{bench}.json`, then `make docs`."
    on = measurement.machine
    return (
        f"Measured on {measurement.date} by `{measurement.command}`: {on['cores']} cores, Python {on['python']}, "
        f"{on['engine']}."
    )


def typed_figures(text: str) -> Iterator[str]:
    """Lines of a page that hold a number with a unit outside the markers and code."""
    bare = MARKER.sub("", text)
    bare = re.sub(r"```.*?```|`[^`]*`", "", bare, flags=re.S)
    return (line for line in bare.splitlines() if TYPED.search(line))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.docs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    check = parser.parse_args(arguments).check
    stale = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if (now := filled(text)) != text:
            stale.append(page.relative_to(ROOT).as_posix())
            if not check:
                page.write_text(now, encoding="utf-8")
    if stale:
        print(f"{'Out of date' if check else 'Updated'}: {', '.join(stale)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
