"""The commands that define things, through the API of a real viewer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from parcours.cli import cli
from store.records import Site
from tests.contract.channels import connected
from tests.contract.definitions import GOOD
from tests.viewer.client import Client


def run(api: Client, *arguments: str, typed: str = "") -> Result:
    with connected(api):
        return CliRunner().invoke(cli, arguments, input=typed)


@pytest.mark.parametrize("kind", ["experiment", "journey", "state", "zone"])
def test_define_creates_and_then_replaces(api: Client, shop: Site, tmp_path: Path, kind: str) -> None:
    file, fields = tmp_path / "defined.json", dict(GOOD[kind])
    for version in (1, 2):
        file.write_text(json.dumps(fields))
        done = run(api, "define", kind, shop.name, "--from", str(file))
        assert done.exit_code == 0, done.output
        assert f"version {version}" in done.output
        if kind == "experiment":  # found by its id, the others here by their name
            fields["name"] = "Renamed"


def test_a_user_is_added_with_a_password_that_is_asked_for(api: Client, shop: Site) -> None:
    password = "a long enough sentence"
    added = run(api, "user", "add", "anna", "--role", "editor", typed=f"{password}\n{password}\n")
    assert added.exit_code == 0, added.output
    assert password not in added.output
    assert "editor    anna" in run(api, "user", "list").output
    again: Any = run(api, "user", "add", "anna", "--password-stdin", typed=f"{password}\n")
    assert again.exception.status == 409
    assert again.exception.faults == ("The name 'anna' is already taken: choose another one.",)


def test_a_journey_that_was_written_to_a_file_is_defined_again(api: Client, shop: Site, tmp_path: Path) -> None:
    file, table = tmp_path / "journey.json", tmp_path / "journey.csv"
    fields = GOOD["journey"] | {"name": "Exported"}
    assert run(api, "define", "journey", shop.name, "--from", "-", typed=json.dumps(fields)).exit_code == 0
    assert run(api, "journey", shop.name, "Exported", "--out", str(file)).exit_code == 0
    assert run(api, "journey", shop.name, "Exported", "--out", str(table)).exit_code == 0
    assert table.read_text().startswith("stage,stage_name,touchpoint,")
    assert run(api, "journey", shop.name, "Exported", "--out", str(tmp_path / "journey.png")).exit_code == 2
    replaced = run(api, "define", "journey", shop.name, "--from", str(file))
    assert "Journey exported, version 2." in replaced.output
    written = json.loads(file.read_text())
    written["journey"] |= {"id": "elsewhere", "name": "Elsewhere", "goals": ["theirs"]}
    file.write_text(json.dumps(written))
    created = run(api, "define", "journey", shop.name, "--from", str(file))
    assert "Journey elsewhere, version 1." in created.output
    assert "Left out goals.0: this site has no goal 'theirs'." in created.output
