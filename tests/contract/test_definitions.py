"""A definition gets the same verdict, with the same faults, from the page, the API and the command."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import experiment, journey
from store.client import open_store
from store.definitions import Definitions
from store.migrations import migrate
from store.records import Site
from store.snapshots import Snapshots
from tests.contract.channels import Answered, CannotSay, Pages, by_api, by_command
from tests.contract.definitions import CASES, GOOD, Case
from tests.viewer.client import Client
from tests.viewer.conftest import BASE, SERVICE, FakeCamera
from viewer.app import Surroundings, Viewer, ViewerSettings

KINDS = tuple(GOOD)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def guest(engine_folder: Path, portal: BlockingPortal) -> Iterator[tuple[Client, str]]:
    """A Parcours without any user, and its first-run token."""
    store = open_store(engine_folder, database="contract_guest")
    migrate(store)
    settings_ = ViewerSettings(base_url=BASE, service_token=SERVICE)
    empty = Viewer(store, Definitions(store), Snapshots(store), settings_, Surroundings(camera=FakeCamera))
    token = (empty.first_run_url() or "").rpartition("=")[2]
    yield Client(portal, empty.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"}), token
    empty.work.close()
    store.command("DROP DATABASE IF EXISTS contract_guest SYNC")
    store.close()


@pytest.fixture(scope="module")
def ask(
    viewer: Viewer, shop: Site, owner: Client, portal: BlockingPortal, guest: tuple[Client, str]
) -> Callable[[str, dict[str, Any]], dict[str, Answered]]:
    """Asks every channel that can express the fields; each under a name of its own where it is to be stored."""
    program = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {SERVICE}"})
    experiment.add(viewer.definitions, shop.id, GOOD["experiment"] | {"id": "taken", "name": "Taken"})

    def new_journey() -> str:
        return journey.add(viewer.definitions, shop.id, GOOD["journey"] | {"name": "To edit"}).id

    pages = Pages(owner, viewer.definitions, *guest, new_journey)
    channels: dict[str, Callable[[str, dict[str, Any]], Answered]] = {
        "api": lambda kind, fields: by_api(program, shop, kind, fields),
        "command": lambda kind, fields: by_command(program, shop, kind, fields),
        "page": lambda kind, fields: pages.define(shop, kind, fields),
    }

    def asked(kind: str, fields: dict[str, Any], *, own_name: bool = False) -> dict[str, Answered]:
        found = {}
        for name, channel in channels.items():
            mine = _renamed(kind, fields) if own_name else fields
            try:
                found[name] = channel(kind, mine)
            except CannotSay:
                continue
        return found

    return asked


def _renamed(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The same definition under a name that nothing else has."""
    n = next(_numbers)
    changed = {"name": f"{fields['name'][:60]}{n}"} | ({"id": f"contract-{n}"} if kind == "experiment" else {})
    return fields | changed


@pytest.mark.parametrize("case", CASES, ids=str)
def test_all_three_give_the_same_verdict_and_the_same_faults(
    ask: Callable[..., dict[str, Answered]], case: Case
) -> None:
    found = ask(case.kind, case.fields, own_name=not case.faults)
    assert "api" in found
    assert len(set(found.values())) == 1, found
    answered = found["api"]
    assert answered.stored is (not case.faults)
    assert sorted((field, code) for field, code, _ in answered.faults) == sorted(case.faults)


def test_the_table_is_wide_enough() -> None:
    assert all(count >= 15 for count in Counter(case.kind for case in CASES).values())
    assert {case.kind for case in CASES} == set(KINDS)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters=",\r\n"), max_size=12)
DAYS = st.sampled_from(["", "2026-03-01", "2026-03-02", "2026-02-30", "soon", "2026-3-1"])
VARIANT = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "b", "c", "B!", "", "x" * 65]), "name": st.sampled_from(["A", "", "x" * 121])},
    optional={"picture_url": st.sampled_from(["", "https://shop.example/", "shop.example", "http://"])},
)
EXPERIMENTS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "pages": st.lists(st.sampled_from(["/a", "/b/**", "shop.example/*"]), max_size=2, unique=True),
        "variants": st.lists(VARIANT, max_size=4),
    },
    optional={
        "id": st.sampled_from(["Not An Id", "ok"]),
        "planned": st.integers(-2, 3) | st.just("many"),
        "started": DAYS,
        "ended": DAYS,
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXPERIMENTS)
def test_any_experiment_gets_one_verdict(ask: Callable[..., dict[str, Answered]], fields: dict[str, Any]) -> None:
    named = fields | {"id": f"any-{next(_numbers)}"} if fields.get("id", "ok") == "ok" else fields
    first = ask("experiment", named)
    if first["api"].stored:  # the others find its key taken: ask them again with one of their own
        first = ask("experiment", named | {"name": f"{named['name']}x"}, own_name=True)
    assert set(first) == {"api", "command", "page"}
    assert len(set(first.values())) == 1, (fields, first)
