"""Writes list.json from a clone of https://github.com/matomo-org/searchengine-and-social-list. Needs PyYAML.

Example: python -m collector.enrich.referrers.update path/to/searchengine-and-social-list
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import yaml

from collector.enrich.referrers import LIST, ReferrerList


def main(clone: str) -> None:
    """Read the newest commit of the clone, which may be a bare one."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True, text=True).stdout

    def table(name: str) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(git("show", f"HEAD:{name}.yml"))
        return found

    search = {
        name: [url for definition in definitions for url in definition["urls"]]
        for name, definitions in table("SearchEngines").items()
    }
    found = ReferrerList(
        source="https://github.com/matomo-org/searchengine-and-social-list",
        commit=git("rev-parse", "HEAD").strip(),
        licence="CC0-1.0",
        ai=_hosts(table("AIAssistants")),
        social=_hosts(table("Socials")),
        search=_hosts(search),
    )
    LIST.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


def _hosts(urls_by_name: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Host without `www.` → name in lower case. Entries with a path are dropped: referrers hold none across sites."""
    pairs = ((url.removeprefix("www."), str(name).lower()) for name, urls in urls_by_name.items() for url in urls)
    return dict(sorted((host, name) for host, name in pairs if "/" not in host))


if __name__ == "__main__":
    main(*sys.argv[1:])
