"""What a site may set for its alerts and its webhook, and when an alert is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from rules.faults import Fault, accepted, fault
from rules.private_hosts import is_off_limits_host, is_private_host
from rules.shape import record
from store.alerts import AlertHours, AlertShare, AlertState, AlertVisitors, WebhookAddress


class LevelsRequest(Struct, frozen=True, kw_only=True):
    """The fields of the form."""

    hurt: AlertShare = 0.5
    least: AlertVisitors = 50
    quiet_hours: AlertHours = 6
    experiments: bool = True
    pictures: bool = True


class WebhookRequest(Struct, frozen=True, kw_only=True):
    """The address of a webhook; `allow_private`: it may be on a private network."""

    url: WebhookAddress
    allow_private: bool = False


def parse_levels(fields: Mapping[str, object]) -> LevelsRequest:
    """The levels of a site. InvalidDefinition if they have faults."""
    return accepted(record(LevelsRequest, fields, allowed=LevelsRequest.__struct_fields__))


def parse_webhook(fields: Mapping[str, object]) -> WebhookRequest:
    """A webhook. InvalidDefinition for an address that is not http(s), or is private without `allow_private`."""
    return accepted(record(WebhookRequest, fields, _address, allowed=WebhookRequest.__struct_fields__))


def _address(values: Mapping[str, Any]) -> Iterator[Fault]:
    url = values.get("url")
    if not url:
        return
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.username or not str(url).isprintable():
        yield fault("url", "webhook_address", value=str(url)[:80])
    elif is_off_limits_host(host) or (is_private_host(host) and not values.get("allow_private")):
        yield fault("url", "webhook_private", value=host)


def changed_states(states: Mapping[str, AlertState], over: Collection[str], site: str) -> list[AlertState]:
    """The states to store, of what is over its level now: what went over it, and what is under it again.

    >>> [one.times for one in changed_states({}, ["a"], "1")]
    [1]
    >>> still = AlertState(id="1/a", site="1", key="a", over=True, times=1)
    >>> changed_states({"a": still}, ["a"], "1")
    []
    """
    begun = [states.get(key) or AlertState(id=f"{site}/{key}", site=site, key=key) for key in over]
    ended = [one for key, one in states.items() if one.over and key not in over]
    return [
        *(replace(one, over=True, times=one.times + 1) for one in begun if not one.over),
        *(replace(one, over=False) for one in ended),
    ]
