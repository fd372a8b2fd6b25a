"""Finding or installing Chromium, with the commands that would install it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from parcours.demo import chromium
from parcours.demo.chromium import NoChromium, ensure_chromium


def test_a_program_on_the_path_is_used() -> None:
    assert Path(ensure_chromium()).name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def test_a_missing_configured_program_is_reported() -> None:
    with pytest.raises(NoChromium, match="/no/such/chromium"):
        ensure_chromium("/no/such/chromium")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A machine without Chromium; `ran` are the commands, `found` what there is after them."""
    state: dict[str, Any] = {"ran": [], "found": "", "own": False, "fails": False}

    def run(command: list[str], **_: Any) -> None:
        state["ran"].append(command)
        if state["fails"]:
            raise subprocess.CalledProcessError(100, command)
        state["found"], state["own"] = ("/usr/bin/chromium", False) if command[0] == "apt-get" else ("", True)

    monkeypatch.setattr(chromium, "find_chromium", lambda chosen="": state["found"])
    monkeypatch.setattr(chromium, "playwright_has_one", lambda: state["own"])
    monkeypatch.setattr(chromium.subprocess, "run", run)
    return state


def test_debian_as_root_installs_its_package(bare: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "on_debian_as_root", lambda: True)
    said: list[str] = []
    assert ensure_chromium(say=said.append) == "/usr/bin/chromium"
    assert [command[:2] for command in bare["ran"]] == [["apt-get", "update"], ["apt-get", "install"]]
    assert "apt-get install" in said[0]


def test_elsewhere_playwright_installs_its_own(bare: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "on_debian_as_root", lambda: False)
    assert ensure_chromium(say=lambda words: None) == ""
    assert bare["ran"] == [[sys.executable, "-m", "playwright", "install", "chromium"]]


def test_a_failed_installation_says_what_to_do(bare: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "on_debian_as_root", lambda: False)
    bare["fails"] = True
    with pytest.raises(NoChromium, match="sudo apt install chromium"):
        ensure_chromium(say=lambda words: None)


@pytest.mark.parametrize(("release", "debian"), [("NAME=x\nID=debian\n", True), ("ID=ubuntu\nID_LIKE=debian\n", False)])
def test_ubuntu_is_not_debian(release: str, debian: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "os-release"
    file.write_text(release)
    monkeypatch.setattr(chromium, "OS_RELEASE", file)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert chromium.on_debian_as_root() == debian
