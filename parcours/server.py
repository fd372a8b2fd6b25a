"""One uvicorn server: its port, its settings, and the note in the data folder that says where it is."""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from types import FrameType
from typing import Any

import click
import uvicorn

from parcours.connections import LimitedConnections
from parcours.server_note import RunningServer, server_note
from parcours.settings import ANY_IPV4, ANY_IPV6, Settings

log = logging.getLogger("parcours.server")
REQUESTS_SECONDS = 3  # when the server stops, for requests to finish; those that have not are cancelled
STOP_SECONDS = 9.0  # for everything: requests, pictures, queries, the last inserts
STUCK_SECONDS = 9.7  # when native code holds the interpreter's lock, so that no Python code can end the process


class BoundedServer(uvicorn.Server):
    """A server that stops within STOP_SECONDS of the signal, whatever still runs.

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
    for listening in _bound(host, port):
        listening.close()


def listening_sockets(settings: Settings) -> list[socket.socket] | None:
    """One socket for IPv6 and one for IPv4 if the host is `::`; otherwise None: uvicorn opens its own.

    asyncio makes every IPv6 socket IPv6 only. Two sockets also show IPv4 clients with their IPv4 address, not as
    `::ffff:203.0.113.5`. Raises ClickException.
    """
    return _bound(settings.host, settings.port) if settings.host == ANY_IPV6 else None


def _bound(host: str, port: int) -> list[socket.socket]:
    hosts = (ANY_IPV6, ANY_IPV4) if host == ANY_IPV6 else (host,)
    with ExitStack() as stack:
        sockets = [stack.enter_context(_bind(one, port)) for one in hosts]
        stack.pop_all()
    return sockets


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.socket(family)
    except OSError as error:
        raise click.ClickException(
            f"This machine has no {'IPv6' if family == socket.AF_INET6 else 'IPv4'} ({error.strerror}). "
            f"Listen on the other one: --host {ANY_IPV4 if family == socket.AF_INET6 else '::1'}."
        ) from None
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        made.bind((host, port))
    except PermissionError:
        made.close()
        raise click.ClickException(f"Port {port} needs root. Use one above 1023: --port 8000.") from None
    except OSError as error:
        made.close()
        raise click.ClickException(
            f"Port {port} on {host} is in use or not available ({error.strerror}). "
            f"Stop the program that uses it, or choose another: --port {port + 10 if port < 65_000 else 8000}."
        ) from None
    return made


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
    with server_note(settings.data, RunningServer(settings.local_url, token, os.getpid())):
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
