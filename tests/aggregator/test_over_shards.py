"""Maps, folds and erasures over the `Distributed` tables of a cluster, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.machine import free_port


def test_maps_and_folds_are_the_same_over_shards(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.aggregator.over_shards", str(tmp_path), str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.strip().endswith("the same over shards")
