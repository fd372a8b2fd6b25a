"""A ClickHouse server for the tests: the embedded engine behind the HTTP interface.

Speaks what clickhouse-connect's HTTP client asks of a server: queries with bound parameters and
settings, Native and JSONEachRow inserts (compressed or not), a database per request, exceptions as
ClickHouse sends them. A folder belongs to one process, so it runs as its own:

    python -m tests.clickhouse_front FOLDER [PORT]

prints the port it took on 127.0.0.1, and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).resolve().parent.parent
# Parameters of a request that are no settings of the engine.
TRANSPORT = {
    "query", "database", "session_id", "session_timeout", "session_check", "query_id", "quota_key", "compress",
    "decompress", "wait_end_of_query", "client_protocol_version", "role", "buffer_size", "enable_http_compression",
    "send_progress_in_http_headers", "http_headers_progress_interval_ms",
}  # fmt: skip
# No `\s*` at the end: a Native block of nine columns begins with a tab.
INSERT = re.compile(rb"\s*INSERT INTO .+? FORMAT (\w+) *\n?", re.I | re.S)
FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*$", re.I)
CODE = re.compile(r"Code: (\d+)")


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding == "lz4":
        import lz4.frame

        return bytes(lz4.frame.decompress(body))
    if encoding == "zstd":
        from clickhouse_connect.driver.compression import _zstd_decompress

        return bytes(_zstd_decompress(body))
    if encoding in ("", "identity"):
        return body
    raise ValueError(f"This front does not read Content-Encoding {encoding}")


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: str

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/ping":
            self._answer(200, b"Ok.\n")
        else:
            self._run()

    def do_POST(self) -> None:
        self._run()

    def _run(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        try:
            body = _plain(self._body(), self.headers.get("Content-Encoding", ""))
            answer, kind = self._executed(asked, body)
        except Exception as error:
            words = str(error)
            found = CODE.search(words)
            self._answer(500, words.encode(), {"X-ClickHouse-Exception-Code": found[1] if found else "1002"})
        else:
            self._answer(
                200, answer, {"X-ClickHouse-Timezone": "UTC"} | ({"X-ClickHouse-Format": kind} if kind else {})
            )

    def _executed(self, asked: dict[str, str], body: bytes) -> tuple[bytes, str]:
        import chdb

        query, bound = asked.get("query", "").encode() + body, {}
        connection = chdb.connect(self.folder)  # a handle of its own: SET and USE are this request's
        try:
            if asked.get("database"):
                connection.query(f"USE `{asked['database']}`", "TabSeparated")
            for name, value in asked.items():
                if name.startswith("param_"):
                    bound[name.removeprefix("param_")] = value
                elif name not in TRANSPORT:
                    connection.query(f"SET {name} = {_quoted(value)}", "TabSeparated")
            insert = INSERT.match(query)
            if insert:
                return _inserted(connection, query[: insert.end()], insert[1].decode(), query[insert.end() :])
            explicit = FORMAT.search(query)
            if explicit:
                return connection.query(query.decode(), "TabSeparated", params=bound).bytes(), explicit[1].decode()
            # A statement that has a result gives at least the line of its names.
            named = connection.query(query.decode(), "TabSeparatedWithNames", params=bound).bytes() or b""
            return named.partition(b"\n")[2], "TabSeparated" if named else ""
        finally:
            connection.close()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _inserted(connection: Any, statement: bytes, kind: str, data: bytes) -> tuple[bytes, str]:
    """The engine reads the rows of an insert from a file."""
    with tempfile.NamedTemporaryFile(suffix=".rows") as rows:
        rows.write(data)
        rows.flush()
        before = re.sub(rb"\s*FORMAT \w+\s*$", b"", statement, flags=re.I).decode()
        connection.query(f"{before} FROM INFILE {_quoted(rows.name)} FORMAT {kind}", "TabSeparated")
    return b"", ""


@contextlib.contextmanager
def running(folder: Path, port: int = 0) -> Iterator[str]:
    """A front on `folder` for the length of a `with`, at any free port or at this one; its address for open_store."""
    command = [sys.executable, "-m", "tests.clickhouse_front", str(folder), str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        answers_at = (process.stdout.readline() if process.stdout else "").strip()
        if not answers_at:
            raise RuntimeError(f"The ClickHouse front did not start: exit {process.wait(10)}")
        yield f"clickhouse://127.0.0.1:{answers_at}/"
    finally:
        process.communicate(timeout=30)  # closes its standard input


def main() -> None:
    import chdb

    folder = os.path.realpath(sys.argv[1])
    Front.folder = f"{folder}?backups.allowed_path={os.path.dirname(folder)}/"
    holder = chdb.connect(Front.folder)  # the engine stays up between requests
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Front)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.shutdown()
    holder.close()


if __name__ == "__main__":
    main()
