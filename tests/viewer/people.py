"""What the tests of people share: roles, forms of the page of people, invitations."""

from __future__ import annotations

import re
from html import unescape

from store.records import Role, Site
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import csrf, post
from viewer.app import Viewer


def roles_of(viewer: Viewer, site: Site) -> dict[str, Role]:
    return {one.name: one.role for one in viewer.members.of(site)}


def send(client: Client, site: Site, **fields: object) -> object:
    return post(client, f"/sites/{site.id}/people", **fields)


def invite(client: Client, site: Site, **fields: object) -> str:
    """The path of the link of a new invitation."""
    page = send(client, site, **{"do": "invite", "role": "editor", "days": "7", **fields})
    assert page.status_code == 200, page.text  # type: ignore[attr-defined]
    found = re.search(r'<code id="link">([^<]+)</code>', page.text)  # type: ignore[attr-defined]
    assert found
    return unescape(found[1]).removeprefix(BASE)


def join(client: Client, link: str, **fields: object) -> object:
    page = client.get(link)
    assert page.status_code == 200
    return client.post(link, data={"csrf": csrf(page.text), **fields})
