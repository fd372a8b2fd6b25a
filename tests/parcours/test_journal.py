"""`parcours journal`: what lies in a journal, in words, beside a running server and without one."""

import json
import os
import time

import pytest
from click.testing import CliRunner

from collector.journal.journal import Journal, mark_done
from collector.journal.quarantine import Quarantine
from collector.journal.segments import OPEN, encode_record
from parcours.cli import cli
from tests.collector.test_writer import record, segment
from tests.machine import free_port
from tests.parcours.processes import at_server, parcours, running
from tests.waiting import until


@pytest.fixture
def folder(tmp_path):
    """A journal with one segment in each state; two batches are set aside."""
    journal = tmp_path / "journal"
    journal.mkdir()
    mark_done(segment(journal, record(), record(), record()))
    aside = segment(journal, record(), record())
    Quarantine(journal).keep(aside, "memory limit exceeded", 5)
    segment(journal, record())
    (journal / f"{time.time_ns() // 1000:016d}-0000{OPEN}").write_bytes(record())
    return journal


def asked(folder, *args):
    environment = {"PARCOURS_DATA": str(folder.parent)}
    return CliRunner().invoke(cli, ["journal", *args], env=environment)


def test_list_counts_by_state_and_site(folder):
    listed = asked(folder, "list")
    assert listed.exit_code == 0, listed.output
    lines = listed.output.splitlines()
    assert [line.split()[:3] for line in lines[1:5]] == [
        ["open", "1", "1"],
        ["sealed", "1", "1"],
        ["done", "1", "3"],
        ["quarantined", "1", "2"],
    ]
    assert "  site 7: 1 open, 1 sealed, 3 done, 2 quarantined" in lines
    assert "memory limit exceeded" in listed.output
    states = [one["state"] for one in json.loads(asked(folder, "list", "--json").output)]
    assert states == ["open", "sealed", "done", "quarantined"]


def test_show_says_what_a_segment_holds_and_why(folder):
    [aside] = Quarantine(folder).segments()
    shown = asked(folder, "show", aside.stem).output
    assert "2 batches" in shown
    assert "after 5 attempts: memory limit exceeded" in shown
    assert "site 7  shop.example/lamps/a  batch 0  desktop" in shown
    assert "2 click, 3 hover, scroll" in shown
    whole = json.loads(asked(folder, "show", aside.name, "--batch", "2").output)
    assert whole["b"]["click"]["x"] == [5000, 100]
    beyond = asked(folder, "show", aside.name, "--batch", "3")
    assert beyond.exit_code == 1
    assert "there is no batch 3" in beyond.output


def test_show_marks_an_unreadable_batch(folder):
    path = segment(folder, encode_record(1000, b'{"site":"seven"}', b"no"))
    assert "unreadable: 2 bytes" in asked(folder, "show", path.stem).output


def test_replay_puts_back_and_discard_deletes(folder):
    quarantine = Quarantine(folder)
    [aside] = quarantine.segments()
    assert asked(folder, "replay").exit_code == 2
    back = asked(folder, "replay", "--all")
    assert f"Put back: {folder / aside.name}" in back.output
    assert (folder / aside.name).exists()
    assert quarantine.segments() == []
    assert "Nothing is set aside" in asked(folder, "replay", "--all").output

    quarantine.keep(folder / aside.name, "again", 1)
    assert asked(folder, "discard", aside.stem).exit_code == 1  # asks, and nobody answers
    assert "Discarded: 2 batches" in asked(folder, "discard", aside.stem, "--yes").output
    assert quarantine.segments() == []
    gone = asked(folder, "replay", aside.stem)
    assert gone.exit_code == 1
    assert "journal list" in gone.output


def test_verify_reports_where_a_segment_is_damaged(folder):
    assert asked(folder, "verify").exit_code == 0
    with next(folder.glob("*.open")).open("ab") as file:
        file.write(b"torn")
    torn = asked(folder, "verify")
    assert torn.exit_code == 0  # nothing of it was acknowledged
    assert "4 of" in torn.output
    [done] = folder.glob("*.done")
    data = bytearray(done.read_bytes())
    data[-5] ^= 1
    done.write_bytes(data)
    damaged = asked(folder, "verify")
    assert damaged.exit_code == 1
    assert "after batch 2; it was damaged on disk" in damaged.output
    assert "2 of 4 segments are whole" in damaged.output


def test_a_folder_without_a_journal_is_reported(tmp_path):
    refused = asked(tmp_path / "journal", "list")
    assert refused.exit_code == 1
    assert "does not exist" in refused.output
    assert "--data" in refused.output


def test_the_journal_command_works_beside_a_running_server(tmp_path):
    """What is put back reaches the tables once; a second server on the folder is told who has it."""
    port = free_port()
    with running("serve", "--port", str(port), data=tmp_path, port=port) as server:
        journal = tmp_path / "journal"
        elsewhere = tmp_path / "elsewhere"
        aside = segment(elsewhere, record(), record())
        quarantine = Quarantine(journal)
        quarantine.folder.mkdir()
        aside.rename(quarantine.folder / aside.name)
        assert "quarantined" in asked(journal, "list").output
        doctor = at_server("doctor", "--json", data=tmp_path)
        [finding] = [f for f in json.loads(doctor.stdout) if f["what"] == "journal"]
        assert not finding["good"]
        assert "2 batches" in finding["words"]

        asked(journal, "replay", aside.stem)
        until((journal / aside.name).with_suffix(".done").exists, 30)

        second = parcours("serve", "--port", str(free_port()), data=tmp_path)
        assert second.returncode == 4
        assert f"({server.pid})" in second.stderr
        assert "--data" in second.stderr
        assert "Traceback" not in second.stderr


def test_a_second_collector_reports_who_holds_the_journal(tmp_path):
    journal = Journal(tmp_path / "journal")
    refused = parcours(
        "collect", "--port", str(free_port()), data=tmp_path, env={"PARCOURS_CLICKHOUSE_URL": "clickhouse://h/p"}
    )
    journal.close()
    assert refused.returncode == 4
    assert f"Another process ({os.getpid()}) is collecting into" in refused.stderr
    assert "Traceback" not in refused.stderr
