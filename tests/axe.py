"""axe-core (https://github.com/dequelabs/axe-core): what keeps people with a disability from using a page."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[1] / "tracker_js/node_modules/axe-core/axe.min.js"
_RUN = "only => axe.run(document, {resultTypes: ['violations'], ...(only.length ? {runOnly: only} : {})})"


@cache
def _axe() -> str:
    if not SCRIPT.exists() and "ALL_BROWSERS" not in os.environ:
        pytest.skip("axe-core is not installed: cd tracker_js && npm ci")
    return SCRIPT.read_text()


def barriers(page: Page) -> list[str]:
    """What axe finds on the page in light and in dark colours; in dark ones, only contrast can differ."""
    page.evaluate(_axe())
    found = _found(page, [])
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in _found(page, ["color-contrast"])]
    page.emulate_media(color_scheme="light")
    return found


def _found(page: Page, only: list[str]) -> list[str]:
    answer: dict[str, Any] = page.evaluate(_RUN, only)
    return [
        f"{rule['id']} ({rule['help']}): {node['html'][:200]}"
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]
