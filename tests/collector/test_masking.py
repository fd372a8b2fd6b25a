"""A stored URL says nothing about a person, however it was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.enrich.channels import traffic_source
from collector.enrich.masking import masked_address
from collector.settings import CollectorSettings
from store.pages import canonical_page
from tests.collector.batches import batch
from tests.collector.conftest import KEY, running

HEX = st.text("0123456789abcdef", min_size=32, max_size=64)
WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9)
BASE64 = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=10, max_size=30)
SECRETS = st.one_of(
    st.builds("{}@{}.example".format, WORD, WORD),
    st.uuids().map(str),
    HEX,
    st.builds("eyJ{}.eyJ{}.{}".format, BASE64, BASE64, BASE64),
    st.integers(100_000, 10**18).map(str),
    st.builds("{}7{}".format, BASE64, st.text("ABCDEFxyz", min_size=20, max_size=30)),
)


def decoded(text: str) -> str:
    for _ in range(8):
        text = unquote(text)
    return text


@settings(deadline=None)
@given(
    secret=SECRETS,
    before=st.one_of(st.just(""), WORD.map(lambda w: w + ":")),
    times=st.integers(0, 6),
    path=st.lists(WORD, max_size=3),
    key=st.sampled_from(["utm_source", "UTM_Campaign", "q", "other", "gclid"]),
    where=st.sampled_from(["path", "query", "both", "fragment", "user"]),
)
def test_no_secret_remains_anywhere(
    secret: str, before: str, times: int, path: list[str], key: str, where: str
) -> None:
    coded = before + secret
    for _ in range(times):
        coded = quote(coded, safe="")
    part = coded if where in ("path", "both") else "a"
    value = coded if where in ("query", "both") else "b"
    user = f"{quote(secret, safe='')}@" if where == "user" else ""
    fragment = f"#{coded}" if where == "fragment" else ""
    url = f"https://{user}shop.example/{'/'.join([*path, part])}?{key}={value}{fragment}"
    kept = masked_address(url, ("q",))
    assert secret not in decoded(kept)
    assert masked_address(kept, ("q",)) == kept
    assert secret not in decoded(canonical_page(url, ("q",)))
    assert canonical_page(kept, ("q",)) == canonical_page(url, ("q",))
    assert traffic_source(kept, "").channel == traffic_source(url, "").channel


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=20))
def test_any_address_stays_the_same_page(parts: list[str], query: str) -> None:
    url = "https://shop.example/" + "/".join(quote(part, safe="") for part in parts) + "?utm_source=" + quote(query)
    kept = masked_address(url)
    assert canonical_page(kept) == canonical_page(url)
    assert masked_address(kept) == kept
    assert urlsplit(kept).hostname == "shop.example"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.example:8001/a/b-12?utm_source=x&q=lamp&page=2", "https://shop.example:8001/a/b-12?utm_source=x&q=lamp"),
        ("https://shop.example/caf%C3%A9/été", "https://shop.example/caf%C3%A9/été"),
        ("https://shop.example/?gclid=Cj0KCQ", "https://shop.example/?gclid=*"),
        ("https://shop.example/a%2Fb@c.example%2Fd", "https://shop.example/*"),
        ("http://[::1]:3000/x", "http://[::1]:3000/x"),
        ("https://anna:pass@shop.example/", "https://shop.example/"),
        ("android-app://com.google.android.gm/me@home.example", "android-app://com.google.android.gm/*"),
        ("http://[", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_kept(url: str, kept: str) -> None:
    assert masked_address(url, ("q",)) == kept


def test_nothing_unmasked_reaches_the_disk(
    settings: CollectorSettings, run: Callable[[Coroutine[Any, Any, Any]], Any]
) -> None:
    secrets = ["anna@home.example", "20991231235959", "d41d8cd98f00b204e9800998ecf8427e", "Cj0KCQjwSecret"]
    made = batch()
    made["ctx"] |= {
        "url": f"https://u:pw99@shop.example/u/{secrets[0]}/o{secrets[1]}?reset={secrets[2]}&gclid={secrets[3]}#{secrets[0]}",
        "ref": f"https://mail.example/{quote(secrets[0], safe='')}/{secrets[2]}?q={secrets[1]}",
    }

    async def work() -> None:
        async with running(settings) as (_, client):
            assert (await client.post(f"/c/{KEY}", content=json.dumps(made))).status_code == 204

    run(work())
    written = b"".join(path.read_bytes() for path in settings.journal.rglob("*") if path.is_file())
    assert b"shop.example/u/*/o*" in written
    for secret in [*secrets, "home.example", "pw99"]:
        assert secret.encode() not in written
