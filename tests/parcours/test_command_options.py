"""Every option of every command has an effect: on the request to the real API, which accepts it, or on the result."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from anyio.from_thread import BlockingPortal
from click.testing import CliRunner

from collector.journal.quarantine import Quarantine
from parcours.cli import cli
from parcours.commands import (
    data,
    define,
    erasing,
    importing,
    login,
    mail,
    maps,
    offsite,
    people,
    pictures,
    programs,
    serving,
    sites,
    waiting,
)
from parcours.connection import Api
from parcours.demo import run
from parcours.settings import Settings
from store.records import Site, SiteRole, User
from store.snapshots import Snapshots
from tests.collector.test_writer import record, segment
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.conftest import (
    BASE,
    SERVICE,
    api,
    make_viewer,
    module_store,
    portal,
    shop,
    viewer,
)
from viewer.app import Viewer

__all__ = ["api", "make_viewer", "module_store", "portal", "shop", "viewer"]
PAGE = "https://shop.example/lamps"
PASSWORD = "a long enough sentence"
PICTURE = "4242"  # stands for the id of a picture made for the call; a number, since JSON shows it as one
MAP = ("Lamp shop", PAGE, "--width", "1000")
DAYS = {
    "--days": ("7",),
    "--since": ("2026-03-01", "--until", "2026-03-02"),
    "--until": ("2026-03-02", "--since", "2026-03-01"),
}
SERVER = {"--host": ("0.0.0.0",), "--port": ("8123",)}
# Command → arguments that work without the options, and for each option its value and what it needs beside it.
# FILE is a new path; NAME and USER are names that are new for each call; SITE is a new site; MEMBER is a
# new person; ASIDE is a quarantined segment.
CASES: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "collect": ((), SERVER),
    "compare": (
        (*MAP, "--experiment=button", "--out", "FILE.json"),
        {
            "--kind": ("hover",),
            "--width": ("390",),
            **DAYS,
            "--device": ("phone",),
            "--filter": ("channel=mail,search",),
            "--segment": ('{"rules":[{"what":"saw","page":"/lamps"}]}',),
            "--goal": ("thanks",),
            "--experiment": ("other",),
            "--with": ("before",),
            "--out": ("FILE.csv",),
        },
    ),
    "define": (("experiment", "Lamp shop", "--from", "FILE.json"), {"--from": ("FILE.other.json",)}),
    "demo": ((), {"--port": ("8123",), "--once": ()}),
    "digest": (
        (),
        {
            "--site": ("Lamp shop",),
            "--to": ("ada@shop.example",),
            "--language": ("fr",),
            "--until": ("2026-03-03",),
            "--html": (),
        },
    ),
    "doctor": ((), {}),
    "erase": (
        ("Lamp shop", "--page", "/nowhere", "--yes"),
        {
            "--page": ("/elsewhere",),
            "--from": ("2026-03-01",),
            "--to": ("2026-03-02",),
            "--source": ("token/shop",),
        },
    ),
    "events": (
        ("Lamp shop", "--out", "FILE.json"),
        {
            **DAYS,
            "--device": ("phone",),
            "--filter": ("channel=mail,search",),
            "--segment": ('{"rules":[{"what":"saw","page":"/lamps"}]}',),
            "--out": ("FILE.b.json",),
        },
    ),
    "export": (("Lamp shop", "--out", "FILE.csv"), {"--table": ("points",), **DAYS, "--out": ("FILE.ndjson",)}),
    "forget": (("Lamp shop", "9f86d081884c7d65", "--yes"), {}),
    "forms": (
        ("Lamp shop", "--out", "FILE.json"),
        {
            **DAYS,
            "--device": ("phone",),
            "--filter": ("channel=mail,search",),
            "--segment": ('{"rules":[{"what":"saw","page":"/lamps"}]}',),
            "--page": ("/lamps",),
            "--out": ("FILE.b.json",),
        },
    ),
    "heatmap": (
        (*MAP, "--out", "FILE.json"),
        {
            "--kind": ("hover",),
            "--layer": ("rage",),
            "--frame": ("--out", "FILE.png"),
            "--elements": ("--out", "FILE.csv"),
            "--width": ("390",),
            **DAYS,
            "--variant": ("button:a",),
            "--device": ("phone",),
            "--filter": ("channel=mail,search",),
            "--segment": ('{"rules":[{"what":"saw","page":"/lamps"}]}',),
            "--goal": ("thanks",),
            "--state": ("menu",),
            "--bots": (),
            "--out": ("FILE.npy",),
        },
    ),
    "import": (
        ("Lamp shop", "FILE.csv", "--set", "name=order"),
        {
            "--from": ("matomo",),
            "--map": ("value=total",),
            "--set": ("touchpoint=shop-visit",),
            "--timezone": ("Europe/Paris",),
            "--state": ("FILE.notes",),
            "--dry-run": (),
        },
    ),
    "journal discard": (("ASIDE", "--yes"), {}),
    "journal list": ((), {}),
    "journal replay": (("ASIDE",), {"--all": ()}),
    "journal show": (("ASIDE",), {"--batch": ("1",)}),
    "journal verify": ((), {}),
    "journey": (
        ("Lamp shop", "First", "--out", "FILE.json"),
        {
            **DAYS,
            "--device": ("phone",),
            "--filter": ("channel=mail",),
            "--segment": ('{"rules":[{"what":"saw","page":"/lamps"}]}',),
            "--out": ("FILE.b.json",),
        },
    ),
    "login cookies": (("Lamp shop", "--from", "FILE.cookies"), {"--from": ("FILE.more.cookies",), "--delete": ()}),
    "login secret": (("Lamp shop", "password"), {"--from": ("FILE.secret",), "--delete": ()}),
    "login show": (("Lamp shop",), {}),
    "login steps": (
        ("Lamp shop", "--url", "https://shop.example/login", "--from", "FILE.steps"),
        {
            "--url": ("https://shop.example/sign-in",),
            "--page": ("/account/**",),
            "--from": ("FILE.more.steps",),
            "--delete": (),
        },
    ),
    "offsite list": (("Lamp shop",), {}),
    "offsite report": (("Lamp shop", "BATCH"), {}),
    "offsite send": (("Lamp shop", "FILE.offsite.csv"), {"--encoding": ("windows-1252",)}),
    "offsite withdraw": (("Lamp shop", "BATCH", "--yes"), {}),
    "overview": (
        ("Lamp shop", "--out", "FILE.json"),
        {
            **DAYS,
            "--device": ("phone",),
            "--filter": ("channel=mail,search",),
            "--segment": ('{"rules":[{"what":"saw","page":"/lamps"}]}',),
            "--goal": ("thanks",),
            "--out": ("FILE.b.json",),
        },
    ),
    "picture choose": (("Lamp shop", PICTURE), {"--newest": ()}),
    "picture delete": (("Lamp shop", PICTURE, "--yes"), {}),
    "picture list": (("Lamp shop",), {"--page": ("shop.example/lamps",)}),
    "picture retake": (("Lamp shop", PICTURE), {}),
    "mcp": (("--token=pt_1",), {"--url": ("http://127.0.0.1:8123",), "--token": ("pt_2",)}),
    "serve": ((), SERVER),
    "settings": ((), {}),
    "site add": (
        ("NAME", "--domain", "a.example"),
        {
            "--domain": ("b.example",),
            "--allow-private": (),
            "--keep-query": ("sku",),
            "--fetch-from": ("http://127.0.0.1:8001",),
            "--staff-network": ("203.0.113.0/24",),
            "--staff-id": ("anna",),
            "--retake": ("weekly",),
            "--keep-pictures": ("5",),
            "--timezone": ("Pacific/Apia",),
            "--keep-views-days": ("400",),
            "--keep-points-days": ("90",),
            "--keep-events-days": ("30",),
            "--keep-pictures-days": ("60",),
        },
    ),
    "site change": (
        ("SITE", "--keep-query", "id"),
        {
            "--name": ("NAME",),
            "--domain": ("b.example",),
            "--allow-private": (),
            "--keep-query": ("sku",),
            "--fetch-from": ("http://127.0.0.1:8001",),
            "--staff-network": ("203.0.113.0/24",),
            "--staff-id": ("anna",),
            "--retake": ("weekly",),
            "--timezone": ("Asia/Tokyo",),
            "--keep-views-days": ("400",),
            "--keep-points-days": ("90",),
            "--keep-events-days": ("30",),
            "--keep-pictures-days": ("60",),
            "--keep-pictures": ("5",),
        },
    ),
    "site delete": (("SITE", "--yes"), {}),
    "site list": ((), {}),
    "site retakes": (("Lamp shop",), {}),
    "site rotate-key": (("Lamp shop",), {"--grace-days": ("5",)}),
    "site sources": (("Lamp shop",), {}),
    "site show": (("Lamp shop",), {}),
    "snapshot": (
        ("Lamp shop", PAGE),
        {"--width": ("390",), "--variant": ("button:a",), "--state": ("menu",), "--all-states": ()},
    ),
    "token": (("NAME",), {"--role": ("editor",), "--site": ("Lamp shop",), "--days": ("30",)}),
    "user add": (("USER",), {"--role": ("editor",), "--site": ("Lamp shop",), "--password-stdin": ()}),
    "user list": ((), {"--site": ("Lamp shop",)}),
    "user remove": (("MEMBER", "--yes"), {"--site": ("Lamp shop",)}),
    "user reset": (("MEMBER",), {}),
    "view": ((), SERVER),
}
# Options that exclude an argument of the base call.
WITHOUT = {("compare", "--with"): "--experiment=button", ("journal replay", "--all"): "ASIDE"}
# These have tests of their own: below, and --new in test_new_folder.py.
SHARED = {"--data", "--json", "--yes", "--new"}
_number = itertools.count()


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def options(command: click.Command) -> list[str]:
    return [param.opts[0] for param in command.params if isinstance(param, click.Option)]


@dataclass
class Effects:
    """What a call did: its requests, the settings it used, its output, and the files it left."""

    requests: list[Any] = field(default_factory=list)
    settings: list[Any] = field(default_factory=list)
    output: str = ""
    files: list[str] = field(default_factory=list)


@pytest.fixture(scope="module", autouse=True)
def _definitions(viewer: Viewer, shop: Site, portal: BlockingPortal) -> None:
    client = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {SERVICE}"})
    viewer.outbox.mail_is_set_up = True  # what is put in it stays there: nothing sends it

    def define(kind: str, body: dict[str, Any]) -> None:
        made = client.post(f"/api/v1/sites/{shop.id}/{kind}", json=body)
        assert made.status_code == 201, made.text

    for name in ("button", "other"):
        define("experiments", _experiment(name, ("a", "b")))
    define("states", {"key": "menu", "name": "Menu", "pages": ["/lamps"], "steps": ["click #menu"]})
    words = {"en": "Start", "fr": "Début"}
    stage = {"key": "start", "name": words, "touchpoints": [{"key": "lamps", "name": words, "pages": ["/lamps"]}]}
    define("journeys", {"name": "First", "stages": [stage]})
    define("goals", {"name": "Thanks", "action": {"what": "saw", "page": "/thanks"}})
    snapshots = Snapshots(viewer.store)
    for variant, width, state_key in (("", 390, ""), ("", 1000, "menu"), *(("button=" + v, 1000, "") for v in "ab")):
        taken = shops.snapshot(shop.id, variant, width=width, state=state_key)
        snapshots.save(taken, shops.page_layout(), shops.strips())


@pytest.fixture
def call(
    api: Client, viewer: Viewer, shop: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, tuple[str, ...]], tuple[Effects, int]]:
    """Runs a command against the viewer's API and records its effects."""

    def one(name: str, arguments: tuple[str, ...]) -> tuple[Effects, int]:
        effects, number = Effects(), str(next(_number))
        folder = tmp_path / number
        _files(folder)
        monkeypatch.chdir(folder)
        aside = Quarantine(folder / "journal").segments()[0].stem
        known = {"NAME": f"Name {number}", "USER": f"user-{number}", "ASIDE": aside}
        known |= _picture(viewer, shop, arguments) | _site(api, number, arguments)
        known |= _batch(api, shop, arguments) | _member(viewer, shop, number, arguments)

        def plain(text: object) -> str:
            shown = str(text).replace(str(folder), "FOLDER")
            for word, value in known.items():
                shown = re.sub(rf"{re.escape(value)}\b", word, shown)
            return shown

        def send(method: str, path: str, *, headers: Any, **given: Any) -> httpx.Response:
            given = _whole(given)
            shown = {k: v.decode() if isinstance(v, bytes) else v for k, v in given.items()}
            if "/jobs/" not in path and "/erasures/" not in path:  # how often one is asked for is a matter of time
                effects.requests.append(plain((method, path, json.dumps(shown, sort_keys=True))))
            if path in ("/api/v1/events", "/api/v1/batches"):  # a collector's
                return httpx.Response(200, json={"accepted": 1, "duplicates": 0, "refused": []})
            return api.request(method, path, headers=headers, **given)

        @contextmanager
        def connect(settings: Settings) -> Iterator[Api]:
            effects.settings.append(plain(settings))
            yield Api(send, SERVICE)

        for module in (data, define, erasing, importing, login, mail, maps, offsite, people, pictures, sites):
            if hasattr(module, "connect"):
                monkeypatch.setattr(module, "connect", connect)
        monkeypatch.setattr(serving, "_run", lambda settings, parts: effects.settings.append(plain((settings, parts))))
        monkeypatch.setattr(run, "run_demo", lambda settings, once: effects.settings.append(plain((settings, once))))
        monkeypatch.setattr(programs, "_serve", lambda url, token: effects.settings.append(plain((url, token))))
        monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)
        environment = {"PARCOURS_DATA": str(folder)}
        if name in ("collect", "view"):
            environment["PARCOURS_CLICKHOUSE_URL"] = "clickhouse://nowhere/x"
        given = [known.get(argument, argument) for argument in arguments]
        # `user add` asks for the password twice, or reads one line of standard input
        lines = f"{PASSWORD}\n{PASSWORD}\n"
        result = CliRunner().invoke(cli, [*name.split(), *given], env=environment, input=lines)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        effects.output = plain(result.output)
        effects.files = sorted(plain(file) for file in folder.rglob("*") if file.is_file())
        shutil.rmtree(folder)
        return effects, result.exit_code

    return one


def _whole(given: dict[str, Any]) -> dict[str, Any]:
    """What is sent, with a file as one piece."""
    content = given.get("content")
    return {**given, "content": b"".join(content)} if isinstance(content, Iterator) else given


def _picture(viewer: Viewer, shop: Site, arguments: tuple[str, ...]) -> dict[str, str]:
    """The id of a new picture, if the arguments name one."""
    if PICTURE not in arguments:
        return {}
    taken = shops.snapshot(shop.id, page="shop.example/picture")
    viewer.snapshots.save(taken, shops.page_layout(), shops.strips())
    return {PICTURE: str(taken.id)}


def _site(api: Client, number: str, arguments: tuple[str, ...]) -> dict[str, str]:
    """The name of a new site, if the arguments name one."""
    if "SITE" not in arguments:
        return {}
    made = {"name": f"Site {number}", "domains": ["a.example"]}
    assert api.post("/api/v1/sites", json=made).status_code == 201
    return {"SITE": made["name"]}


def _member(viewer: Viewer, shop: Site, number: str, arguments: tuple[str, ...]) -> dict[str, str]:
    """The name of a new person who may see the shop, if the arguments name one."""
    if "MEMBER" not in arguments:
        return {}
    roles = (SiteRole(shop.id, "viewer"),)
    viewer.definitions.put(User(id=f"member-{number}", password="no hash", role="", sites=roles))
    return {"MEMBER": f"member-{number}"}


def _batch(api: Client, shop: Site, arguments: tuple[str, ...]) -> dict[str, str]:
    """The id of a new off-site file, if the arguments name one."""
    if "BATCH" not in arguments:
        return {}
    sent = api.post(f"/api/v1/sites/{shop.id}/offsite", content=_offsite_file())
    assert sent.status_code == 201, sent.text
    return {"BATCH": sent.json()["id"]}


def _offsite_file() -> str:
    """A file that was not sent before."""
    return f"ts;key;type\n{date.today() - timedelta(days=9)};customer {uuid.uuid4()};call\n"


def _experiment(name: str, variants: Iterable[str]) -> dict[str, Any]:
    keys = tuple(variants)
    shares = [{"key": key, "name": key, "share": 1 / len(keys)} for key in keys]
    return {"id": name, "name": name, "pages": ["/lamps"], "variants": shares}


def _files(folder: Path) -> None:
    """What the commands read."""
    _journal(folder / "journal")
    (folder / "FILE.csv").write_text("time,total\n2026-11-20T10:00:00,5\n")
    (folder / "FILE.offsite.csv").write_text(_offsite_file())
    (folder / "FILE.secret").write_text("a secret\n")
    (folder / "FILE.cookies").write_text("Cookie: session=1")
    (folder / "FILE.more.cookies").write_text("session=1; more=2")
    (folder / "FILE.steps").write_text("wait .account")
    (folder / "FILE.more.steps").write_text("fill #user with user\n\nwait .account\n")
    for file, names in (("FILE.json", ("a", "b")), ("FILE.other.json", ("a", "b", "c"))):
        (folder / file).write_text(json.dumps(_experiment("defined", names)))


def _journal(folder: Path) -> None:
    folder.mkdir(parents=True)
    for _ in range(2):
        Quarantine(folder).keep(segment(folder, record(), record()), "memory limit exceeded", 5)


@pytest.mark.parametrize(
    ("name", "option"),
    [(name, option) for name, command in commands() for option in options(command) if option not in SHARED],
)
def test_an_option_changes_what_its_command_does(
    call: Callable[[str, tuple[str, ...]], tuple[Effects, int]], name: str, option: str
) -> None:
    base, changes = CASES[name]
    without, first = call(name, base)
    remaining = tuple(argument for argument in base if argument != WITHOUT.get((name, option)))
    if option in remaining and option != "--domain":
        at = remaining.index(option)
        remaining = remaining[:at] + remaining[at + 2 :]
    with_option, code = call(name, (*remaining, option, *changes[option]))
    assert first == 0, without.output
    assert code in (0, importing.PARTLY), with_option.output  # a table is not a file of Matomo: its lines are rejected
    if option == "--password-stdin":
        assert "Password" in without.output
        assert "Password" not in with_option.output
    elif without.requests or with_option.requests:
        assert (with_option.requests, with_option.files) != (without.requests, without.files)
    else:
        assert with_option != without


@pytest.mark.parametrize("name", [name for name, command in commands() if "--json" in options(command)])
def test_json_prints_json(call: Callable[[str, tuple[str, ...]], tuple[Effects, int]], name: str) -> None:
    # Prompts are not part of the answer; a digest of every site takes long, as each test before made sites.
    more = {"user add": ("--password-stdin",), "login secret": ("--from", "FILE.secret"),
            "digest": ("--site", "Lamp shop")}.get(name, ())  # fmt: skip
    shown, code = call(name, (*CASES[name][0], "--json", *more))
    assert code in (0, 1), shown.output  # `doctor` fails where something is missing
    json.loads(shown.output)


def test_every_command_has_a_case() -> None:
    assert set(CASES) == {name for name, _ in commands()}
