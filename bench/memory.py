"""Peak memory of `parcours serve` while the demo is prepared and its pages are opened."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

NAME = "memory"
HELP = "peak resident memory of the server during the demo, compared with a Python that loads the engine only (5 min)"

PROBE = """
import resource, sys
import clickhouse_connect
client = clickhouse_connect.create_client(interface="chdb", path=sys.argv[1])
client.query("SELECT 1")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(args: argparse.Namespace) -> dict[str, Any]:
    """MB (10^6 bytes) of each, and their ratio. The demo's Chromium is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        empty = subprocess.run(
            [sys.executable, "-c", PROBE, str(Path(folder) / "empty")], check=True, capture_output=True, text=True
        )
        command = [sys.executable, "-m", "parcours.cli", "demo", "--once", "--port", "8790", "--data", f"{folder}/demo"]
        demo = subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
    peak = re.search(r"Peak memory: ([\d.]+) MB", demo.stdout)
    if peak is None:
        raise SystemExit("The demo did not print its peak memory.")
    baseline = int(empty.stdout) * 1024 / 1e6
    return {
        "engine alone, MB": baseline,
        "parcours during the demo, MB": float(peak[1]),
        "ratio": float(peak[1]) / baseline,
    }
