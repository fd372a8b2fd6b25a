"""Settings: environment variables `PARCOURS_…`, with their defaults and meanings."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from store.connecting import server_address
from store.errors import StoreError
from store.sealing import LEAST_KEY
from viewer.mail.account import EXAMPLE, BadAccount, smtp_account

ANY_IPV4, ANY_IPV6 = "0.0.0.0", "::"


class BadSetting(ValueError):
    """An invalid setting; the message names it, the reason and a valid value."""


def _setting(default: Any, help_: str, example: str = "", *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_, "example": example, "secret": secret}, repr=not secret)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings. An unset one has its default value."""

    data: Path = _setting(Path("data"), "folder of the database, the journal and the note of the running server")
    clickhouse_url: str = _setting(
        "",
        "a ClickHouse server instead of the embedded one",
        "clickhouse://user:password@host:8123/parcours",
        secret=True,
    )
    database_wait: float = _setting(
        60.0, "how long serve, collect and view wait at start for a ClickHouse server that does not answer, seconds"
    )
    cluster: str = _setting("", "name of the ClickHouse cluster: tables become replicated and distributed")
    host: str = _setting("127.0.0.1", "address to listen on; 0.0.0.0: every IPv4 address, `::`: IPv4 and IPv6")
    port: int = _setting(8000, "port to listen on")
    base_url: str = _setting(
        "", "the address at which visitors and your team reach Parcours", "https://stats.shop.example"
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (), "addresses or networks whose X-Forwarded-For header is trusted", "10.0.0.0/8,127.0.0.1"
    )
    geoip: str = _setting(
        "", "an MMDB file of countries (GeoLite2, DB-IP lite); only the country is stored", "/var/lib/geoip.mmdb"
    )
    datacentres: str = _setting("", "a file of networks, one per line: visits from them count as robots")
    chromium: str = _setting("", "the Chromium that takes pictures; default: the first one on the PATH")
    secret_key: str = _setting(
        "",
        "encrypts what the camera signs in with (at least 32 characters); default: secret.key in the data folder",
        secret=True,
    )
    metrics_token: str = _setting(
        "", "bearer token that reads /metrics; without one, only this machine may read it", secret=True
    )
    smtp_url: str = _setting(
        "",
        "the mail server; smtp:// requires STARTTLS, unless it ends with ?starttls=never",
        EXAMPLE,
        secret=True,
    )
    mail_from: str = _setting("", "the address that mails come from", "Parcours <stats@shop.example>")
    pictures_at_once: int = _setting(
        0, "how many pictures are taken at once, 1 to 8; 0: two where 1.5 GB of memory are free, otherwise one"
    )
    address_rate: int = _setting(
        100, "batches a second accepted from one network (/24 of IPv4, /56 of IPv6), and as many rejected requests"
    )
    address_burst: int = _setting(1_000, "batches accepted from one network at once, in addition to its rate")
    site_rate: int = _setting(1_000, "batches a second accepted for one site")
    site_burst: int = _setting(5_000, "batches accepted for one site at once, in addition to its rate")
    day_megabytes: int = _setting(4_000, "megabytes of batches, as text, that one site may store in a day (UTC)")
    day_pages: int = _setting(50_000, "different pages of one site in a day")
    day_elements: int = _setting(200_000, "different elements of one site in a day")
    day_names: int = _setting(1_000, "different names of events and variants of one site in a day")
    segment_seconds: float = _setting(1.0, "age at which a journal segment is written to the database, seconds")
    query_seconds: float = _setting(60.0, "how long the queries of one page or answer may take, seconds")
    query_memory_mb: int = _setting(2_000, "how much memory one query may use in the database, MB")
    log_level: str = _setting("info", "debug, info, warning or error")

    @property
    def location(self) -> str:
        """The argument of `store.client.open_store`: the address of the server, or the database folder."""
        return self.clickhouse_url or str(self.data / "clickhouse")

    @property
    def url(self) -> str:
        """The address to show to users, without a trailing slash."""
        return self.base_url.rstrip("/") or self.local_url

    @property
    def local_url(self) -> str:
        """The address of the server for programs on this machine, without a trailing slash."""
        host = "127.0.0.1" if self.host in (ANY_IPV4, ANY_IPV6) else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def variable(setting: Field[Any]) -> str:
    """The environment variable of a setting."""
    return f"PARCOURS_{setting.name.upper()}"


def shown(setting: Field[Any], settings: Settings) -> Any:
    """The value of a setting as it may be printed: without passwords and keys."""
    value = getattr(settings, setting.name)
    if value and setting.name == "clickhouse_url":
        return server_address(value).shown
    if value and setting.metadata["secret"]:
        return "(set)"
    return ",".join(value) if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value


def read_settings(environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
    """Settings from the environment; `given` (from the command line, None = not given) takes precedence.

    Raises BadSetting. Unknown `PARCOURS_…` variables are rejected too: a misspelt one would silently do nothing.
    """
    known = {variable(f): f for f in fields(Settings)}
    for name in environment:
        if name.startswith("PARCOURS_") and name not in known:
            raise BadSetting(f"{name} is not a setting. `parcours settings` lists them all.")
    read = {f.name: _read(name, f, environment[name]) for name, f in known.items() if environment.get(name)}
    chosen = {k: v for k, v in given.items() if v is not None}
    settings = replace(Settings(), **(read | chosen))
    settings = replace(settings, host=_plain_host(settings.host))
    _check(settings)
    return settings


def _read(name: str, setting: Field[Any], text: str) -> Any:
    read: Callable[[str], Any] = type(setting.default)
    if isinstance(setting.default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        return read(text)
    except ValueError:
        raise BadSetting(f"{name}={text!r} is not a number. Example: {name}={setting.default}") from None


_LIMITS = tuple(f.name for f in fields(Settings) if f.name.startswith(("address_", "site_", "day_")))


def _plain_host(text: str) -> str:
    """`::` of `[::]` and `0:0:0:0:0:0:0:0`; a name stays as it is."""
    host = text.strip().removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def _check(settings: Settings) -> None:
    if not 0 <= settings.port <= 65_535:
        raise BadSetting(f"Port {settings.port} does not exist: use one from 1 to 65535.")
    if not 0 <= settings.pictures_at_once <= 8:
        raise BadSetting("PARCOURS_PICTURES_AT_ONCE is from 0 (chosen by free memory) to 8.")
    for name in _LIMITS:
        if getattr(settings, name) < 1:
            raise BadSetting(f"PARCOURS_{name.upper()} must be 1 or more.")
    if settings.segment_seconds <= 0:
        raise BadSetting("PARCOURS_SEGMENT_SECONDS must be above 0, for example 1.")
    if settings.query_seconds <= 0 or settings.query_memory_mb <= 0:
        raise BadSetting(
            "PARCOURS_QUERY_SECONDS and PARCOURS_QUERY_MEMORY_MB must be above 0, for example 60 and 2000."
        )
    if settings.secret_key and len(settings.secret_key.encode()) < LEAST_KEY:
        raise BadSetting(f"PARCOURS_SECRET_KEY needs {LEAST_KEY} characters or more: `openssl rand -hex 32` makes one.")
    if settings.log_level not in ("debug", "info", "warning", "error"):
        raise BadSetting(f"PARCOURS_LOG_LEVEL={settings.log_level!r}: use debug, info, warning or error.")
    if settings.base_url and not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", settings.base_url):
        raise BadSetting(
            f"PARCOURS_BASE_URL={settings.base_url!r} must begin with http:// or https://, and has no ? and #."
        )
    try:
        smtp_account(settings.smtp_url, settings.mail_from)
    except BadAccount as error:
        raise BadSetting(str(error)) from None
    _check_database(settings)


def _check_database(settings: Settings) -> None:
    if settings.clickhouse_url:
        try:
            server_address(settings.clickhouse_url)
        except StoreError as error:
            raise BadSetting(f"PARCOURS_CLICKHOUSE_URL: {error}") from None
    if not 0 <= settings.database_wait <= 86_400:
        raise BadSetting("PARCOURS_DATABASE_WAIT is from 0 (do not wait) to 86400 seconds.")
