"""Off-site files over the API and on their pages: the account of their lines, the match rate, and withdrawing them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.definitions import Definitions
from store.offsite import COARSE, OffsiteBatch
from store.records import Site
from store.visitors import consented_visitor, owners_secret
from tests.aggregator.build import insert
from tests.viewer.client import Client
from tests.viewer.pages import csrf
from viewer.app import Viewer
from viewer.offsite_files import OffsiteFiles

DAY = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%d")
TEXT = f"""ts;key;type;value;label;shop
{DAY}T10:00;customer 1;call;;Hotline;a
{DAY};customer 2;visit;"59,90";"Paris; Lyon";b

{DAY};00c0ffee00c0ffee;=cmd();-5;📞;c
23/11/2026;customer 1;call;;;d
{DAY};customer 1;call;=1+1;;e
{DAY};customer 1
"""


@pytest.fixture(scope="module")
def address(shop: Site) -> str:
    return f"/api/v1/sites/{shop.id}/offsite"


def send(api: Client, address: str, text: str | bytes, **query: str) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return api.post(address, content=content, params=query, headers={"content-type": "text/csv"})


def rows_of(viewer: Viewer, batch: str) -> list[dict[str, Any]]:
    return viewer.store.rows(
        "SELECT * FROM events WHERE sender = {sender:String} ORDER BY name, time", sender=f"off-site file {batch}"
    )


def test_every_line_of_a_file_is_accounted_for_and_its_rows_can_be_withdrawn(
    api: Client, address: str, viewer: Viewer, shop: Site
) -> None:
    secret = owners_secret(viewer.definitions)
    known = consented_visitor(secret, int(shop.id), "@customer 1")
    insert(viewer.store, "touches", [{"site": int(shop.id), "visitor": known, "view": 1, "page": "shop.example/"}])
    answer = send(api, address, TEXT, file="calls.csv")
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert batch["lines"] == {"lines": 8, "header": 1, "blank": 1, "stored": 3, "rejected": 3}
    assert batch["keys"] == {"all": 3, "known": 1, "unknown": 2, "share": 1 / 3}
    assert (batch["name"], batch["state"], batch["separator"], batch["coarse"]) == ("calls.csv", "stored", ";", 2)
    assert batch["ignored_columns"] == ["shop"]
    lines = [(one["line"], one["column"], one["code"]) for one in batch["rejected"]]
    assert lines == [(6, "ts", "offsite_time"), (7, "value", "offsite_number"), (8, "", "offsite_cells")]
    stored = rows_of(viewer, batch["id"])
    assert [(one["name"], one["page"], one["value"], one["flags"]) for one in stored] == [
        ("=cmd()", "touchpoint/📞", -5.0, COARSE), ("call", "touchpoint/Hotline", None, 0),
        ("visit", "touchpoint/Paris; Lyon", 59.9, COARSE),
    ]  # fmt: skip
    assert stored[1]["visitor"] == known

    again = send(api, address, TEXT, file="other name.csv")
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "same_file"
    assert batch["id"] in again.json()["error"]["message"]

    report = api.get(f"{address}/{batch['id']}/report.csv")
    rows = list(csv.reader(io.StringIO(report.text)))
    assert [row[:3] for row in rows[1:]] == [[str(line), column, code] for line, column, code in lines]

    gone = api.delete(f"{address}/{batch['id']}")
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert rows_of(viewer, batch["id"]) == []
    listed = api.get(address).json()["batches"]
    assert [(one["id"], one["state"]) for one in listed] == [(batch["id"], "withdrawn")]
    second = send(api, address, TEXT, file="calls.csv").json()
    assert (second["id"], second["state"]) == (batch["id"][:-1] + "2", "stored")
    api.delete(f"{address}/{second['id']}")


@pytest.mark.parametrize(("content", "code"), [
    (b"", "offsite_empty"), (TEXT.encode("cp1252", "ignore").replace(b"Paris", b"M\xe9x"), "offsite_encoding"),
    (TEXT.encode("utf-16-le"), "offsite_binary"), (b"2026-11-23;customer 1;call;;", "offsite_header"),
    (b"ts;type\n", "offsite_columns"), (b"<html>", "offsite_header"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_rejected_and_no_batch_is_left(
    api: Client, address: str, content: bytes, code: str
) -> None:
    before = api.get(address).json()
    answer = send(api, address, content)
    assert answer.status_code == 422, answer.text
    assert [one["code"] for one in answer.json()["error"]["faults"]] == [code]
    assert api.get(address).json() == before


def test_a_file_in_which_no_line_can_be_read_stores_nothing_and_says_so(api: Client, address: str) -> None:
    lines = "".join(f"{n}/11/2026,c {n},call\n" for n in range(2_000))
    batch = send(api, address, "ts,key,type\r\n" + lines).json()
    assert (batch["lines"]["stored"], batch["lines"]["rejected"]) == (0, 2_000)
    assert batch["reasons"] == [{"column": "ts", "code": "offsite_time", "lines": 2_000, "first": 2}]
    report = api.get(f"{address}/{batch['id']}/report.csv").text
    assert "1000 more lines were rejected" in report


def test_what_a_process_left_half_stored_is_erased_by_the_next(viewer: Viewer, shop: Site) -> None:
    definitions: Definitions = viewer.definitions
    half = OffsiteBatch(id="half-1", site=shop.id, name="half.csv", digest="x", at=1, changed=1)
    definitions.put(half)
    row = {"site": int(shop.id), "page": "", "kind": "custom", "name": "call", "sender": half.sender}
    insert(viewer.store, "events", [row])
    offsite = OffsiteFiles(viewer.store, definitions, "", lambda: None)
    offsite.start()
    found = offsite.wait(shop.id, half.id, 30)
    offsite.stop()
    assert found.state == "failed"
    assert rows_of(viewer, half.id) == []


def test_a_file_is_sent_and_withdrawn_on_its_page(owner: Client, shop: Site, viewer: Viewer) -> None:
    address = f"/sites/{shop.id}/offsite"
    token = csrf(owner.get(address).text)
    text = f"ts;key;type\n{DAY};c 1;call\nx;<b>c</b>;call\n"
    sent = owner.post(address, data={"csrf": token}, files={"file": ("<b>calls</b>.csv", text.encode(), "text/csv")})
    assert sent.status_code == 303, sent.text
    page = owner.get(sent.headers["location"]).text
    assert "<b>calls</b>" not in page
    assert "&lt;b&gt;calls&lt;/b&gt;.csv" in page
    assert "“x” is not a time." in page
    token = csrf(page)
    known = owner.post(address, data={"csrf": token}, files={"file": ("c.csv", text.encode(), "text/csv")})
    assert known.status_code == 409 or known.status_code == 422
    assert sent.headers["location"] in known.text
    none = owner.post(address, data={"csrf": token})
    assert none.status_code == 422
    gone = owner.post(f"{sent.headers['location']}/withdraw", data={"csrf": token})
    assert gone.headers["location"] == sent.headers["location"]
    assert "withdrawn" in owner.get(gone.headers["location"]).text
    assert not viewer.store.rows("SELECT 1 FROM events WHERE startsWith(sender, 'off-site') AND name = 'call'")


def test_an_unknown_file_is_404(api: Client, address: str) -> None:
    assert api.get(f"{address}/none").status_code == 404
    assert api.delete(f"{address}/none").status_code == 404


def test_a_file_that_is_sent_twice_at_the_same_moment_is_stored_once(
    api: Client, address: str, viewer: Viewer, shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"ts;key;type\n{DAY};customer 7;sent twice\n"
    first = send(api, address, text).json()
    monkeypatch.setattr(viewer.offsite._definitions, "find", lambda *_, **__: [])  # as the other request finds it
    second = send(api, address, text)
    assert (second.status_code, second.json()["error"]["code"]) == (409, "same_file")
    assert len(rows_of(viewer, first["id"])) == 1
