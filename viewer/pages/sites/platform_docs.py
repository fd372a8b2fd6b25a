"""Writes the platforms into docs/snippet.md: `python -m viewer.pages.sites.platform_docs` (`--check` only compares)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from store.records import Site
from viewer.pages.frame.languages import language
from viewer.pages.sites.platforms import Platform, platforms

PAGE = Path(__file__).resolve().parents[3] / "docs" / "snippet.md"
BASE = "https://stats.shop.example"
_PART = re.compile(r"(?<=<!-- platforms -->\n).*?(?=<!-- /platforms -->)", re.S)


def written(text: str) -> str:
    """The text of docs/snippet.md with the platforms as the set-up page shows them in English."""
    found = platforms(language("en"), BASE, Site(id="1", name="Shop", key="KEY", domains=("shop.example",)))
    return _PART.sub(lambda _: "\n" + "\n".join(map(_section, found)) + "\n", text)


def _section(platform: Platform) -> str:
    blocks = [f"### {platform.name}\n"]
    for place in platform.places:
        blocks.append(f"{place.where}\n\n```\n{place.code}\n```\n")
    if platform.note:
        blocks.append(f"{platform.note}\n")
    return "\n".join(blocks)


def main() -> int:
    before = PAGE.read_text()
    after = written(before)
    if "--check" in sys.argv:
        return int(after != before)
    PAGE.write_text(after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
