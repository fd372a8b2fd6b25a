"""Segments select the same over the Distributed tables of a cluster."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SECONDS = 240


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def test_rules_select_the_same_over_shards(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.aggregator.segments_over_shards", str(tmp_path), str(free_port())]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    assert ended.stdout.rstrip().endswith(" 0 differ")
