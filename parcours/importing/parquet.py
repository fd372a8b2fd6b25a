"""Prints a Parquet file as JSON lines: `python -m parcours.importing.parquet FILE`.

The embedded engine reads Parquet; pyarrow would add 170 MB for this alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def readable_name(path: Path) -> Iterator[str]:
    """A link to the file, without the letters that are a pattern or a quote to the engine: { } * ? ' and others."""
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder, "rows.parquet")
        link.symlink_to(path.resolve())
        yield str(link)


def _sql(name: str) -> str:
    # Keep 64-bit integers as numbers, write times as ISO 8601, and use one thread to keep the row order.
    settings = "max_threads = 1, output_format_json_quote_64bit_integers = 0, date_time_output_format = 'iso'"
    return f"SELECT * FROM file('{name}', Parquet) SETTINGS {settings}"


def main(path: str) -> str:
    """Write all rows to stdout; returns an error message, or "" on success."""
    try:
        from chdb.session import Session
    except ImportError:
        return "Parquet is read by the embedded engine: pip install 'parcours[embedded]', or convert it to CSV."
    session = Session()
    try:
        with readable_name(Path(path)) as name:
            for part in session.send_query(_sql(name), "JSONEachRow"):
                data = part.data()
                sys.stdout.write(data if isinstance(data, str) else bytes(data).decode())
    except BrokenPipeError:
        pass
    except Exception as error:
        return f"the engine cannot read it: {str(error).splitlines()[0][:300]}"
    return ""


if __name__ == "__main__":
    if error := main(sys.argv[1]):
        sys.exit(error)
