"""Prints a Parquet file as JSON lines: `python -m parcours.importing.parquet FILE`.

The embedded engine reads Parquet; pyarrow would add 170 MB for this alone.
"""

from __future__ import annotations

import sys


def main(path: str) -> str:
    """Write all rows to stdout; returns an error message, or "" on success."""
    try:
        from chdb.session import Session
    except ImportError:
        return "Parquet is read by the embedded engine: pip install 'parcours[embedded]', or convert it to CSV."
    if "'" in path or "\\" in path:
        return "The name of a Parquet file must not hold ' or \\."
    session = Session()
    try:
        # Keep 64-bit integers as numbers, write times as ISO 8601, and use one thread to keep the row order.
        settings = "max_threads = 1, output_format_json_quote_64bit_integers = 0, date_time_output_format = 'iso'"
        sql = f"SELECT * FROM file('{path}', Parquet) SETTINGS {settings}"
        for part in session.send_query(sql, "JSONEachRow"):
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
