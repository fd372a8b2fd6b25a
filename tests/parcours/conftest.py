"""One running server for the tests that only need one: starting it takes a few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine import free_port
from tests.parcours.processes import running

Served = tuple[Path, str]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """(data folder, address) of a running server. Each test adds its own sites."""
    data, port = tmp_path_factory.mktemp("served"), free_port()
    with running("serve", "--port", str(port), data=data, port=port):
        yield data, f"http://127.0.0.1:{port}"
