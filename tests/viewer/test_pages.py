"""The pages over a real store: what they show of visits that were counted by hand, and what their forms do."""

from __future__ import annotations

import re
from html import unescape

import pytest
from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from store.records import Experiment, Journey, Site, Stage, Token, Touchpoint, User, Variant
from tests.aggregator.build import PAGE, insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from viewer.app import Viewer

DAYS = "since=2026-03-01&until=2026-03-03"
PASSWORD = "a long enough sentence"


@pytest.fixture(scope="module")
def owner(viewer: Viewer, shop: Site, portal: BlockingPortal) -> Client:
    """The first account, made through the first-run link, and signed in."""
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    link = viewer.first_run_url()
    assert link
    page = client.get(link.removeprefix(BASE))
    form = {"csrf": csrf(page.text), "token": link.rpartition("=")[2], "name": "odile", "password": PASSWORD}
    assert client.post("/first-run", data=form).headers["location"] == "/sites"
    return client


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" (?:content|value)="(\w+)"', page)
    assert found, "the page has no form token"
    return found[1]


def words(page: str) -> str:
    """What a reader sees, without marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


def post(client: Client, path: str, page: str = "/account", **fields: object) -> object:
    return client.post(path, data={"csrf": csrf(client.get(page).text), **fields})


# --- who may come in


def test_who_is_not_signed_in_is_sent_to_the_entrance(anyone: Client, shop: Site) -> None:
    for path in ("/sites", f"/sites/{shop.id}/heatmap?page=/lamps", "/account"):
        answer = anyone.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=/")


def test_a_sign_in_link_opens_what_it_names(viewer: Viewer, owner: Client, portal: BlockingPortal) -> None:
    guest = viewer.auth.put_user("guest", PASSWORD, "viewer")
    link = viewer.sign_in_url(guest, next="/account")
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"})
    assert client.get(link.removeprefix(BASE)).headers["location"] == "/account"
    assert "guest" in client.get("/account").text
    for wrong in (link.replace("link=", "link=x"), viewer.sign_in_url(replace(guest, id="nobody"))):
        refused = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"}).get(wrong.removeprefix(BASE))
        assert refused.status_code == 403
        assert "link is too old or not right" in refused.text
    viewer.definitions.put(replace(guest, password="another hash"))
    late = Client(portal, viewer.asgi, BASE, {"Accept": "text/html"}).get(link.removeprefix(BASE))
    assert late.status_code == 403


def test_a_wrong_password_is_told_in_words(anyone: Client, owner: Client) -> None:
    form = {"csrf": csrf(anyone.get("/sign-in").text), "name": "odile", "password": "wrong wrong", "next": "/sites"}
    answer = anyone.post("/sign-in", data=form, headers={"Accept-Language": "fr"})
    assert answer.status_code == 401
    assert "Le nom ou le mot de passe est faux." in words(answer.text)
    assert 'value="odile"' in answer.text


def test_signing_in_goes_on_to_the_page_wished_for(anyone: Client, owner: Client) -> None:
    form = {"csrf": csrf(anyone.get("/sign-in").text), "name": "odile", "password": PASSWORD, "next": "/account"}
    answer = anyone.post("/sign-in", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert anyone.get("/account").status_code == 200


def test_a_used_first_run_link_says_so(anyone: Client, owner: Client) -> None:
    answer = anyone.get("/first-run?token=used")
    assert answer.status_code == 403
    assert "not valid any more" in words(answer.text)


def test_a_form_from_elsewhere_is_refused(owner: Client) -> None:
    assert owner.post("/sites/new", data={"name": "x", "domains": "x.example"}).status_code == 403


def test_what_is_not_there_is_said_on_a_page(owner: Client) -> None:
    answer = owner.get("/sites/nowhere/pages")
    assert answer.status_code == 404
    assert "There is nothing here" in words(answer.text)
    assert "nowhere" in words(answer.text)


# --- language and look


def test_the_language_of_the_address_is_kept(anyone: Client) -> None:
    assert '<html lang="fr"' in anyone.get("/sign-in?lang=fr").text
    assert '<html lang="fr"' in anyone.get("/sign-in", headers={"Accept-Language": "en"}).text
    assert '<html lang="en"' in anyone.get("/sign-in?lang=en").text


def test_the_account_keeps_language_and_look(owner: Client, viewer: Viewer) -> None:
    post(owner, "/account", do="look", language="fr", theme="dark")
    page = owner.get("/account").text
    assert '<html lang="fr" data-theme="dark">' in page
    assert viewer.definitions.get(User, "odile").language == "fr"
    post(owner, "/account", do="look", language="en", theme="")
    assert '<html lang="en">' in owner.get("/account").text


def test_a_token_is_shown_once(owner: Client, viewer: Viewer) -> None:
    answer = post(owner, "/account", do="token", name="nightly")
    text = re.search(r"parcours_[\w-]+", answer.text)  # type: ignore[attr-defined]
    assert text
    assert text[0] not in owner.get("/account").text
    token = viewer.definitions.find(Token, name="nightly")[0]
    post(owner, "/account", do="withdraw", token=token.id)
    assert viewer.definitions.find(Token, name="nightly") == []


# --- sites


def test_a_site_is_added_and_waits(owner: Client, viewer: Viewer) -> None:
    answer = post(owner, "/sites/new", name="Journal", domains="journal.example\n*.journal.example")
    where = answer.headers["location"]  # type: ignore[attr-defined]
    page = owner.get(where).text
    site = viewer.definitions.find(Site, name="Journal")[0]
    assert site.domains == ("journal.example", "*.journal.example")
    assert f'data-site="{site.key}"' in unescape(page)
    assert "Waiting for the first view" in words(page)
    assert "Nothing received so far" in words(owner.get(f"{where}/pages").text)
    assert "Journal" in words(owner.get("/sites").text)


def test_a_site_that_cannot_be_keeps_what_was_typed(owner: Client) -> None:
    answer = post(owner, "/sites/new", name="Broken", domains="not a domain")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'value="Broken"' in answer.text  # type: ignore[attr-defined]
    assert "“not a domain” is no domain" in words(answer.text)  # type: ignore[attr-defined]


def test_domains_are_changed_unless_somebody_was_faster(owner: Client, viewer: Viewer) -> None:
    post(owner, "/sites/new", name="Mover", domains="a.example")
    site = viewer.definitions.find(Site, name="Mover")[0]
    fields = {"name": "Mover", "domains": "b.example", "version": str(site.version)}
    answer = post(owner, f"/sites/{site.id}", **fields)
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert viewer.definitions.get(Site, site.id).domains == ("b.example",)
    late = post(owner, f"/sites/{site.id}", **(fields | {"domains": "c.example"}))
    assert late.status_code == 409  # type: ignore[attr-defined]
    assert "c.example" in late.text  # type: ignore[attr-defined]
    assert viewer.definitions.get(Site, site.id).domains == ("b.example",)


# --- maps


def test_the_gallery_counts_visitors(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/pages?{DAYS}").text
    assert "1 page" in words(page)
    assert f"Visitors {shops.VISITORS}" in words(page)
    assert "thumb.webp?page=shop.example/lamps" in page


def test_the_heatmap_shows_what_was_counted(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&{DAYS}").text
    seen = words(page)
    assert "Visitors 60" in seen
    assert "Buy 66.7% 54.1–77.3 60" in seen  # 40 of 60 and its Wilson interval
    assert "Received 47" in seen
    assert "Bots −1" in seen
    assert "Excluded visitors −1" in seen
    assert "Not placed −5" in seen
    assert "Drawn 40" in seen
    assert "footer&gt;a:9" in page  # listed among the not placed
    assert page.count('class="el"') == 1
    assert "left:40%;top:30%;width:20%;height:4%" in page


def test_every_strip_has_its_heat(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&{DAYS}").text
    pictures = [unescape(src) for src in re.findall(r'<img src="([^"]+)"', page)]
    assert len(pictures) == 6  # two strips, each with a light and a dark layer
    for src in pictures:
        answer = owner.get(src)
        assert answer.status_code == 200, src
        assert answer.headers["content-type"].startswith("image/")


def test_the_exports_of_a_map_hold_the_same(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&{DAYS}").text
    links = [unescape(href) for href in re.findall(r'href="(/api/[^"]+)"', page)]
    assert [href.rpartition("=")[2] for href in links] == ["png", "csv", "json", "npy"]
    answer = owner.get(links[2], headers={"Accept": "application/json"}).json()
    assert answer["account"]["drawn"] == 40


@pytest.mark.parametrize("kind", ["click", "scroll"])
def test_robots_are_told_by_reason_and_can_be_taken_in(owner: Client, shop: Site, viewer: Viewer, kind: str) -> None:
    insert(viewer.store, "views", [{"site": int(shop.id), "view": 900, "visitor": 900, "bot": "headless"}])
    at = f"/sites/{shop.id}/heatmap?page=/lamps&kind={kind}&{DAYS}"
    page = owner.get(at).text
    reason = {"click": "crawler 1", "scroll": "headless browser 1"}[kind]
    assert reason in words(page)
    assert "Robots are taken in" not in page
    [link] = re.findall(r'<a href="([^"]+)">Show robots on the map<', page)
    page = owner.get(unescape(link)).text
    assert f"Robots are taken in: {reason}." in words(page)
    heat = [unescape(src) for src in re.findall(r'<img src="([^"]+heat[^"]+)"', page)]
    assert all("bots=1" in src for src in heat)
    back = re.findall(r'<a href="([^"]+)">Leave robots out<', page)
    assert {"bots" in href for href in back} == {False}


def test_reach_has_its_lines_and_its_curve(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&kind=scroll&{DAYS}").text
    seen = words(page)
    assert "25% of views came this far, 2,000 px" in seen  # 15 of 60 came to the foot
    assert "1,000 px" in seen
    assert "linear-gradient(" in page
    assert "<polyline" in page


def test_french_numbers_on_the_map(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&kind=scroll&{DAYS}&lang=fr").text
    owner.get("/sites?lang=en")
    assert "25\u202f% des vues sont allées jusqu’ici, 2\u202f000 px" in unescape(page)


def test_a_page_without_picture_says_what_to_do(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?page=shop.example/elsewhere&{DAYS}").text
    assert "No picture of /elsewhere yet" in words(page)
    assert 'name="url" value="https://shop.example/elsewhere"' in page


def test_an_empty_map_says_why(owner: Client, shop: Site) -> None:
    seen = words(owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&since=2026-02-01&until=2026-02-02").text)
    assert "Nothing is left to draw" in seen
    assert "there is something from 2 March to 2 March" in seen
    narrowed = words(owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&device=tablet&{DAYS}").text)
    assert "What is chosen takes everything" in narrowed
    assert "Show everyone" in narrowed


def test_a_bad_address_is_refused_on_a_page(owner: Client, shop: Site) -> None:
    answer = owner.get(f"/sites/{shop.id}/heatmap?page=/lamps&kind=rage")
    assert answer.status_code == 400
    assert "This address cannot be read" in words(answer.text)


def test_a_picture_is_taken_and_followed(owner: Client, viewer: Viewer, shop: Site) -> None:
    goal = f"/sites/{shop.id}/pages"
    answer = post(owner, f"/sites/{shop.id}/pictures", url="https://shop.example/new", variant="", next=goal)
    where = answer.headers["location"]  # type: ignore[attr-defined]
    job = where.partition("?")[0].rpartition("/")[2]
    assert viewer.jobs.wait(job, 20)
    assert "The picture is taken" in words(owner.get(where).text)
    assert f'href="{goal}"' in owner.get(where).text


def test_a_picture_that_fails_says_why(owner: Client, viewer: Viewer, shop: Site) -> None:
    answer = post(
        owner, f"/sites/{shop.id}/pictures", url="https://shop.example/away", variant="", next="//evil.example"
    )
    where = answer.headers["location"]  # type: ignore[attr-defined]
    assert viewer.jobs.wait(where.partition("?")[0].rpartition("/")[2], 20)
    page = owner.get(where).text
    assert "Nothing answers at shop.example." in words(page)
    assert "evil" not in page
    french = words(owner.get(f"{where}&lang=fr").text)
    owner.get("/sites?lang=en")
    assert "Rien ne répond là." in french
    assert "Nothing answers at shop.example." in french


# --- experiments


def test_an_experiment_is_made_and_compared(owner: Client, viewer: Viewer, shop: Site) -> None:
    fields = {
        "name": "The button",
        "id": "button",
        "pages": "/lamps",
        "variant_key": ["a", "b"],
        "variant_name": ["As it was", "New"],
        "variant_url": ["", ""],
        "planned": "0",
        "started": "2026-03-01",
        "ended": "2026-03-03",
    }
    answer = post(owner, f"/sites/{shop.id}/experiments/new", **fields)
    where = answer.headers["location"]  # type: ignore[attr-defined]
    stored = viewer.definitions.get(Experiment, "button")
    assert [v.key for v in stored.variants] == ["a", "b"]
    seen = words(owner.get(where).text)
    assert "A, As it was 15 visitors" in seen
    assert "B, New 45 visitors" in seen
    assert "Element by element" in seen
    assert "There is no picture of variant" in seen
    assert "The button" in words(owner.get(f"/sites/{shop.id}/experiments").text)


def test_an_experiment_with_one_key_twice_is_not_saved(owner: Client, shop: Site) -> None:
    fields = {"name": "Twice", "id": "twice", "pages": "/", "variant_key": ["a", "a"], "variant_name": ["A", "B"],
              "variant_url": ["", ""]}  # fmt: skip
    answer = post(owner, f"/sites/{shop.id}/experiments/new", **fields)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "different keys" in words(answer.text)  # type: ignore[attr-defined]


def test_variants_keep_what_the_form_does_not_show(owner: Client, viewer: Viewer, shop: Site) -> None:
    uneven = Experiment(
        id="uneven", site=shop.id, name="Uneven", pages=("/x",),
        variants=(Variant("a", "A", 0.8), Variant("b", "B", 0.1), Variant("c", "C", 0.1)),
    )  # fmt: skip
    stored = viewer.definitions.put(uneven)
    fields = {"name": "Uneven, renamed", "id": "uneven", "pages": "/x", "variant_key": ["a", "b", "c"],
              "variant_name": ["A", "B", "C"], "variant_url": ["", "", ""], "version": str(stored.version)}  # fmt: skip
    post(owner, f"/sites/{shop.id}/experiments/uneven/edit", **fields)
    assert [v.share for v in viewer.definitions.get(Experiment, "uneven").variants] == [0.8, 0.1, 0.1]
    assert "No visitor on these pages yet" in words(owner.get(f"/sites/{shop.id}/experiments/uneven").text)


# --- journeys


def test_a_journey_begins_with_nine_stages(owner: Client, viewer: Viewer, shop: Site) -> None:
    answer = post(owner, f"/sites/{shop.id}/journeys", name="First lamp")
    where = answer.headers["location"]  # type: ignore[attr-defined]
    assert where.endswith("/journeys/first-lamp?edit=1")
    assert len(viewer.definitions.get(Journey, "first-lamp").stages) == 9
    assert "No touchpoint on this map yet" in words(owner.get(where.partition("?")[0]).text)
    again = post(owner, f"/sites/{shop.id}/journeys", name="First lamp")
    assert again.headers["location"].endswith("/journeys/first-lamp-2?edit=1")  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def journey(viewer: Viewer, shop: Site) -> Journey:
    stages = (
        Stage(
            "look",
            {"en": "Look", "fr": "Regarder"},
            (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),),
            {"en": "Find"},
        ),
        Stage("buy", {"en": "Buy"}, pains=("no prices",)),
    )
    return viewer.definitions.put(Journey(id="lamp", site=shop.id, name="A lamp", stages=stages, window_days=1))


def test_the_map_measures_its_touchpoints(owner: Client, shop: Site, journey: Journey) -> None:
    page = owner.get(f"/sites/{shop.id}/journeys/lamp?{DAYS}").text
    seen = words(page)
    assert "60 visitors in these days" in seen
    assert "Look Visitors 60" in seen
    assert "0.0% go on" in seen
    assert "Reached by 100.0%" in seen
    assert "no prices" in seen
    assert f"heatmap?page={PAGE}" in page
    french = owner.get(f"/sites/{shop.id}/journeys/lamp?{DAYS}&lang=fr").text
    owner.get("/sites?lang=en")
    assert "Regarder" in french


def test_the_form_works_without_script(owner: Client, viewer: Viewer, shop: Site, journey: Journey) -> None:
    where = f"/sites/{shop.id}/journeys/lamp"
    form = [
        ("csrf", csrf(owner.get(f"{where}?edit=1").text)),
        ("version", "1"),
        ("name", "A lamp"),
        ("window_days", "2"),
    ]
    form += [
        ("stage", "look"),
        ("stage_name", "See"),
        ("touchpoint", "lamps"),
        ("tp_name", "All lamps"),
        ("tp_pages", "/l*"),
    ]
    form += [("stage", "buy"), ("stage_name", "Buy"), ("stage_pains", "no prices")]
    body = "&".join(f"{k}={v}" for k, v in [*form, ("do", "right:look")])
    head = {"content-type": "application/x-www-form-urlencoded"}
    moved = owner.post(where, content=body.replace("*", "%2A").encode(), headers=head).text
    assert moved.index('value="buy"') < moved.index('value="look"')
    assert "Fits 1 page: /lamps" in words(moved)
    assert viewer.definitions.get(Journey, "lamp").version == 1  # only shown, not saved
    body = "&".join(f"{k}={v}" for k, v in [*form, ("do", "save")])
    assert owner.post(where, content=body.encode(), headers=head).status_code == 303
    stored = viewer.definitions.get(Journey, "lamp")
    assert (stored.version, stored.stages[0].name["en"], stored.window_days) == (2, "See", 2)
    assert stored.stages[0].goal == {}
    late = owner.post(where, content=body.encode(), headers=head)
    assert late.status_code == 409
    assert "what you typed is still here" in words(late.text)
    assert "odile" in words(late.text)  # who was faster


def test_the_tester_names_the_pages(owner: Client, shop: Site) -> None:
    head = {"Accept": "application/json"}
    answer = owner.get(f"/sites/{shop.id}/matching", params={"patterns": "/lamps"}, headers=head).json()
    assert answer == {"words": "Fits 1 page: /lamps"}
    nothing = owner.get(f"/sites/{shop.id}/matching", params={"patterns": "/no"}, headers=head).json()
    assert nothing == {"words": "Fits no page that was visited so far."}


# --- the team and the key of a site


def test_the_team_and_the_key_of_a_site(viewer: Viewer, owner: Client, shop: Site) -> None:
    at = f"/sites/{shop.id}"
    stored = viewer.definitions.get(Site, shop.id)
    form = {"name": stored.name, "domains": "\n".join(stored.domains), "version": str(stored.version)}
    wrong = post(owner, at, at, **form, staff_networks="the office")
    assert wrong.status_code == 422
    assert "“the office” is no address" in words(wrong.text)
    assert "other people's sites" in words(post(owner, at, at, **{**form, "domains": "*.co.uk"}).text)
    assert post(owner, at, at, **form, staff_networks="203.0.113.7/24", staff_ids="ann").status_code == 303
    changed = viewer.definitions.get(Site, shop.id)
    assert changed.staff_networks == ("203.0.113.0/24",)
    assert changed.staff_ids[0].startswith("#")
    page = owner.get(at).text
    assert changed.staff_ids[0] in page
    assert "javascript:parcours(" in unescape(page)
    assert post(owner, f"{at}/rotate-key", at).headers["location"] == f"{at}?rotated=1"
    rotated = viewer.definitions.get(Site, shop.id)
    assert rotated.old_keys[0].key == changed.key
    assert rotated.staff_ids == changed.staff_ids
    assert f"{changed.key} works until" in words(owner.get(at).text)


def test_a_map_of_nothing_but_robots_leads_to_them(owner: Client, viewer: Viewer, shop: Site) -> None:
    page = "shop.example/only-robots"
    robot = {"site": int(shop.id), "page": page, "view": 950, "visitor": 950, "bot": "no_pointer"}
    insert(viewer.store, "points", [robot])
    viewer.snapshots.save(shops.snapshot(shop.id, page=page), shops.page_layout(), shops.strips())
    at = f"/sites/{shop.id}/heatmap?page={page}&{DAYS}"
    seen = words(owner.get(at).text)
    assert "All 1 came from robots." in seen
    assert "pointer never rested 1" in seen
    assert "Show robots on the map" in seen
    assert "Robots are taken in: pointer never rested 1." in words(owner.get(at + "&bots=1").text)
    before = f"/sites/{shop.id}/heatmap?page={page}&since=2026-01-01&until=2026-01-01&bots=1"
    assert "Robots are taken in; none came." in words(owner.get(before).text)
