"""The checks of `parcours doctor`."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from collector.enrich.countries import Countries
from collector.enrich.networks import read_networks
from collector.journal.quarantine import Quarantine
from collector.settings import SettingsError
from parcours.data_folder import exposed, is_new, is_shared
from parcours.proxies import startup_problems
from parcours.server_note import running_server
from parcours.settings import Settings
from store.client import StoreError, open_store
from viewer.mail.account import smtp_account
from viewer.mail.sending import NotSent
from viewer.mail.smtp import SmtpSender
from viewer.snapshot.browser import chromium_problem, find_chromium

MIN_FREE = 1 << 30  # bytes; below it the collector rejects batches


@dataclass(frozen=True)
class Finding:
    what: str
    good: bool
    words: str


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which to fix them."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _folder,
        _permissions,
        _disk,
        _journal,
        _engine,
        _server,
        _database,
        _proxies,
        _geoip,
        _datacentres,
        _chromium,
        _mail,
    )
    return [check(settings) for check in checks]


def _folder(settings: Settings) -> Finding:
    folder = settings.data.resolve()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        return Finding("data folder", False, f"{existing} is not writable for this user, or its disk is read-only")
    unused = ": nothing is in it yet, `parcours serve` creates it" if is_new(folder) else ""
    return Finding("data folder", True, f"{folder}{unused}")


def _permissions(settings: Settings) -> Finding:
    if not settings.data.exists():
        return Finding("permissions", True, "the folder does not exist yet")
    if is_shared(settings.data):
        words = f"{settings.data} contains folders of other programs too: give Parcours a folder of its own"
        return Finding("permissions", False, words)
    found = list(exposed(settings.data))
    if not found:
        return Finding("permissions", True, "only the owner of the data folder can read it")
    problem = f"other users may read or write {len(found)} files and folders, such as {found[0]}"
    return Finding("permissions", False, f"{problem}: run `chmod -R go= {settings.data}`; `parcours serve` does so too")


def _disk(settings: Settings) -> Finding:
    folder = settings.data if settings.data.exists() else Path(".")
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free" + ("" if free >= MIN_FREE else ": free some, below 1 GB batches are rejected")
    return Finding("disk", free >= MIN_FREE, text)


def _journal(settings: Settings) -> Finding:
    aside = Quarantine(settings.data / "journal").by_site().total()
    problem = f"{aside} batches that the database rejected are set aside: `parcours journal list` says why"
    return Finding("journal", not aside, problem if aside else "nothing is set aside")


def _engine(settings: Settings) -> Finding:
    if settings.clickhouse_url:
        return Finding("engine", True, "a ClickHouse server is configured")
    good = importlib.util.find_spec("chdb") is not None
    missing = "missing: pip install 'parcours[embedded]', or set PARCOURS_CLICKHOUSE_URL"
    return Finding("engine", good, "embedded chDB" if good else missing)


def _server(settings: Settings) -> Finding:
    server = running_server(settings.data)
    if server is None:
        return Finding("server", True, "no server is running on this folder")
    try:
        good = httpx.get(f"{server.url}/healthz", timeout=5, trust_env=False).status_code == 200
    except httpx.HTTPError:
        good = False
    return Finding("server", good, f"{server.url} {'answers' if good else 'does not answer'}")


def _database(settings: Settings) -> Finding:
    if not settings.clickhouse_url and running_server(settings.data):
        return Finding("database", True, "in use by the running server")
    if not settings.clickhouse_url and not (settings.data / "clickhouse").exists():
        return Finding("database", True, "not created yet; `parcours serve` creates it")
    try:
        store = open_store(settings.location, cluster=settings.cluster)
    except StoreError as error:
        return Finding("database", False, str(error))
    try:
        version = store.rows("SELECT version() AS version")[0]["version"]
    finally:
        store.close()
    return Finding("database", True, f"ClickHouse {version}")


def _proxies(settings: Settings) -> Finding:
    problems = startup_problems(settings)
    trusted = ", ".join(settings.trusted_proxies)
    fine = f"trusted: {trusted}" if trusted else "none is trusted, and none was noticed"
    return Finding("proxies", not problems, " ".join(problems) or fine)


def _geoip(settings: Settings) -> Finding:
    if not settings.geoip:
        return Finding("countries", True, "not stored: PARCOURS_GEOIP is not set")
    try:
        places = Countries(Path(settings.geoip))
    except SettingsError as error:
        return Finding("countries", False, str(error))
    return Finding("countries", True, f"{places.kind}, built {datetime.fromtimestamp(places.built, UTC):%Y-%m-%d}")


def _datacentres(settings: Settings) -> Finding:
    if not settings.datacentres:
        return Finding("data centres", True, "not detected: PARCOURS_DATACENTRES is not set")
    try:
        found = read_networks(Path(settings.datacentres), "PARCOURS_DATACENTRES")
    except SettingsError as error:
        return Finding("data centres", False, str(error))
    return Finding("data centres", True, f"{len(found)} networks")


def _mail(settings: Settings) -> Finding:
    account = smtp_account(settings.smtp_url, settings.mail_from)
    if account is None:
        return Finding("mail", True, "not sent: PARCOURS_SMTP_URL is not set")
    try:
        SmtpSender(account).check()
    except NotSent as problem:
        return Finding("mail", False, f"{account.shown} does not accept mail ({problem})")
    return Finding("mail", True, f"{account.shown} accepts mail from {account.sender}")


def _chromium(settings: Settings) -> Finding:
    missing = chromium_problem(settings.chromium)
    return Finding("Chromium", not missing, missing or find_chromium(settings.chromium) or "Playwright's own")
