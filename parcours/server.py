"""One uvicorn server: its port, its settings, and the note in the data folder that says where it is."""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from types import FrameType
from typing import Any

import click
import uvicorn

from parcours.connections import LimitedConnections
from parcours.server_note import RunningServer, server_note
from parcours.settings import Settings

log = logging.getLogger("parcours.server")
REQUESTS_SECONDS = 3  # when the server stops, for requests to finish; those that have not are cancelled
STOP_SECONDS = 9.0  # for everything: requests, pictures, queries, the last inserts
STUCK_SECONDS = 9.7  # when native code holds the interpreter's lock, so that no Python code can end the process


class BoundedServer(uvicorn.Server):
    """A server that ends STOP_SECONDS after it was told to, whatever still runs.

    Nothing is lost: what was acknowledged is in the journal, which the next start inserts (docs/decisions/0018).
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            timer = threading.Timer(STOP_SECONDS, _end)
            timer.daemon = True
            timer.start()
            faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
        super().handle_exit(sig, frame)


def _end() -> None:
    log.warning("Not everything stopped within %g s; the next start does the rest", STOP_SECONDS)
    os._exit(0)


def free_port(host: str, port: int) -> None:
    """Raise ClickException if the port is in use, before anything is opened."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise click.ClickException(f"Port {port} needs root. Use one above 1023: --port 8000.") from None
        except OSError as error:
            raise click.ClickException(
                f"Port {port} on {host} is in use or not available ({error.strerror}). "
                f"Stop the program that uses it, or choose another: --port {port + 10 if port < 65_000 else 8000}."
            ) from None


def raise_descriptor_limit() -> int:
    """Let this process open as many files and connections as the system allows it. Returns that number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (ValueError, OSError):  # macOS: the hard limit is "unlimited", but the kernel accepts less
            return soft
    return hard


@contextmanager
def noted(settings: Settings, token: str) -> Iterator[None]:
    """While serving, keep a note in the data folder: the address of the server, and a token for commands."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    with server_note(settings.data, RunningServer(url, token, os.getpid())):
        yield


def server_config(app: Any, settings: Settings) -> uvicorn.Config:
    """uvicorn without an access log, which would hold visitors' addresses, and without its own proxy headers."""
    log_config: dict[str, Any] = deepcopy(uvicorn.config.LOGGING_CONFIG)
    log_config["loggers"]["parcours"] = {"handlers": ["default"], "level": settings.log_level.upper()}
    return uvicorn.Config(
        app,
        http=LimitedConnections,
        log_config=log_config,
        host=settings.host,
        port=settings.port,
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=REQUESTS_SECONDS,
    )
