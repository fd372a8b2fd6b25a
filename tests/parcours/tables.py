"""Parquet files for the tests: written by the engine, in a process of its own (one process opens one folder)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_WRITE = "import sys, chdb; chdb.query(sys.argv[1])"


def write_parquet(path: Path, select: str) -> None:
    """The rows of a query of the engine."""
    sql = f"INSERT INTO FUNCTION file('{path}', Parquet) {select}"
    subprocess.run([sys.executable, "-c", _WRITE, sql], check=True, timeout=60)
