"""What `parcours doctor` finds about the files that the owner gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parcours.doctor import examine
from parcours.settings import read_settings
from tests.collector.test_networks import geoip
from tests.mail.servers import Mailbox, mail_server
from tests.parcours.processes import parcours


def findings(data: Path, **env: Path) -> dict[str, tuple[bool, str]]:
    """What was looked at → (good, words); the exit code says whether all is good."""
    done = parcours("doctor", "--json", data=data, env={f"PARCOURS_{name.upper()}": str(p) for name, p in env.items()})
    found = {one["what"]: (one["good"], one["words"]) for one in json.loads(done.stdout)}
    assert done.returncode == (0 if all(good for good, _ in found.values()) else 1)
    assert "Traceback" not in done.stderr
    return found


def test_files_that_are_not_configured_are_no_fault(tmp_path: Path) -> None:
    found = findings(tmp_path)
    assert found["countries"] == (True, "not stored: PARCOURS_GEOIP is not set")
    assert found["data centres"] == (True, "not detected: PARCOURS_DATACENTRES is not set")


def test_valid_files_are_described(tmp_path: Path) -> None:
    clouds = tmp_path / "clouds.txt"
    clouds.write_text("# clouds\n192.0.2.0/24\n2001:db8::/32\n")
    found = findings(tmp_path, geoip=geoip(tmp_path / "geo.mmdb"), datacentres=clouds)
    good, words = found["countries"]
    assert good
    assert words.startswith("Test-Country, built 2")
    assert found["data centres"] == (True, "2 networks")


@pytest.mark.parametrize("fault", ["missing", "broken"])
def test_a_fault_names_the_setting_and_the_file(tmp_path: Path, fault: str) -> None:
    geo, clouds = tmp_path / "geo.mmdb", tmp_path / "clouds.txt"
    if fault == "broken":
        geo.write_bytes(geoip(tmp_path / "whole.mmdb").read_bytes()[:40])
        clouds.write_text("192.0.2.0/24\n192.0.2.0/33\n")
    found = findings(tmp_path, geoip=geo, datacentres=clouds)
    for what, setting, path in (("countries", "PARCOURS_GEOIP", geo), ("data centres", "PARCOURS_DATACENTRES", clouds)):
        good, words = found[what]
        assert not good
        assert setting in words
        assert str(path) in words
    assert ("line 2: '192.0.2.0/33'" in found["data centres"][1]) is (fault == "broken")


def test_a_mail_server_is_tried(tmp_path: Path) -> None:
    def mail(port: int) -> tuple[bool, str]:
        env = {"PARCOURS_SMTP_URL": f"smtp://127.0.0.1:{port}?starttls=never", "PARCOURS_MAIL_FROM": "a@shop.example"}
        done = examine(read_settings({"PARCOURS_DATA": str(tmp_path), **env}))
        return next((one.good, one.words) for one in done if one.what == "mail")

    with mail_server(Mailbox()) as account:
        good, words = mail(account.port)
    assert good
    assert words == f"smtp://127.0.0.1:{account.port} accepts mail from a@shop.example"
    good, words = mail(account.port)
    assert not good
    assert "no_answer" in words
