"""The command as a user meets it: help, exit codes, and the whole way in its own process."""

import json
import socket

import click
import pytest

from parcours.cli import cli
from tests.parcours.processes import parcours


def commands(group=cli, path=()):
    for name, command in sorted(group.commands.items()):
        yield pytest.param(command, id=" ".join((*path, name)))
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_has_help_with_an_example(command):
    assert "Example: " in (command.help or "")
    assert "parcours " in command.help.partition("Example: ")[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


def test_site_add_in_its_own_process(data):
    added = parcours("site", "add", "Lamp shop", "--domain", "shop.example", "--new", "--json", data=data)
    assert added.returncode == 0, added.stderr
    site = json.loads(added.stdout)
    assert site["id"] == "1"
    assert f'data-site="{site["key"]}"' in site["snippet"]
    listed = json.loads(parcours("site", "list", "--json", data=data).stdout)
    assert [s["name"] for s in listed["sites"]] == ["Lamp shop"]


def test_an_unknown_site_is_reported(data):
    shown = parcours("site", "show", "nowhere", data=data)
    assert shown.returncode == 3
    assert "nowhere" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_heatmap_without_a_picture_says_what_to_do(data, tmp_path):
    asked = parcours("heatmap", "Lamp shop", "https://shop.example/", "--out", str(tmp_path / "a.json"), data=data)
    assert asked.returncode == 3
    assert "picture" in asked.stderr.lower()


def test_wrong_ending(data, tmp_path):
    asked = parcours("heatmap", "Lamp shop", "https://shop.example/", "--out", str(tmp_path / "a.gif"), data=data)
    assert asked.returncode == 2
    assert ".png, .npy, .csv or .json" in asked.stderr


def test_port_in_use(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        served = parcours("serve", "--port", str(taken.getsockname()[1]), data=data)
    assert served.returncode == 1
    assert "in use" in served.stderr
    assert "--port" in served.stderr


def test_misspelt_setting(data):
    refused = parcours("settings", data=data, env={"PARCOURS_PROT": "1"})
    assert refused.returncode == 2
    assert "PARCOURS_PROT is not a setting" in refused.stderr


def test_a_setting_checked_by_the_collector_is_reported(data):
    refused = parcours("serve", "--port", "0", data=data, env={"PARCOURS_TRUSTED_PROXIES": "proxy.example"})
    assert refused.returncode == 2
    assert "trusted_proxies: 'proxy.example' is no address" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_separate_processes_need_a_server(data):
    refused = parcours("collect", data=data)
    assert refused.returncode == 2
    assert "PARCOURS_CLICKHOUSE_URL" in refused.stderr
