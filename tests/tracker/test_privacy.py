"""What never leaves the browser, and what is stored in it."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Browser, Page

from tests.tracker.bench import Bench, clicks
from tests.tracker.clock import count_timers, until_quiet

KEY = "ABCDEFGHIJKL"
SECRETS = ("hunter2", "Confidential", "Mustermann", "anna@example.org", "4929111122223333", "tok_s3cr3t", "hovertext")
PAGE = """
<h1>Confidential report of Mustermann</h1>
<form><label>Hovertext <input id=name placeholder="Mustermann" title="Confidential"></label>
<textarea id=text>Confidential</textarea><div contenteditable id=edit>Mustermann</div>
<button type=button id=b aria-label="Confidential" value="hunter2">Mustermann</button></form>
<a id=a href="/user/anna@example.org?token=tok_s3cr3t">Mustermann</a>
<script>document.getElementById('a').addEventListener('click', (e) => e.preventDefault())</script>
"""


def _snippet(attributes: str) -> str:
    return f'<script defer src="/parcours.js" data-site="{KEY}" {attributes}></script>'


def test_no_text_value_or_query_is_in_any_byte_sent(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/user/anna@example.org/4929111122223333", PAGE) + "?token=tok_s3cr3t&utm_source=a#hunter2")
    page.fill("#name", "hunter2")
    for selector in ("#name", "#text", "#edit", "#b", "#a", "h1", "label"):
        page.click(selector)
    page.keyboard.type("hunter2")
    page.evaluate("history.pushState(0, '', '/next?token=tok_s3cr3t&email=anna@example.org')")
    page.click("#b")
    page.goto("about:blank")
    batches = bench.wait(lambda bs: len(clicks(bs)) >= 7 and bs[-1].view != bs[0].view)
    sent = b"".join(body for _, body in bench.bodies).decode()
    for secret in SECRETS:
        assert secret.lower() not in sent.lower()
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in sent
    assert batches[0].ctx.url == f"{bench.url}/user/*/*?utm_source=a"
    assert batches[1].ctx.url == f"{bench.url}/next"


SECRET = "hunter2"
PLANTED = f"""
<meta name=description content={SECRET}><base target={SECRET}>
<form action="/send?{SECRET}={SECRET}" name={SECRET} onsubmit="return false">
<label>{SECRET} <input id=a name={SECRET} placeholder={SECRET} title={SECRET} value={SECRET}></label>
<input id=p type=password value={SECRET}><textarea id=t>{SECRET}</textarea>
<select id=s><option>{SECRET}</select><button id=go value={SECRET} aria-label={SECRET}>{SECRET}</button></form>
<p id=e contenteditable data-user={SECRET} class={SECRET}>{SECRET}</p>
<a id=l href="/u/{SECRET}@example.org?{SECRET}#{SECRET}" onclick="event.preventDefault()">{SECRET}</a>
<img id=i alt={SECRET} src="/{SECRET}.png" width=50 height=50>
<div data-parcours-ignore id={SECRET} data-testid={SECRET}><button id=x>{SECRET}</button></div>
<iframe id=f srcdoc="<button id=in title={SECRET}>{SECRET}</button>"></iframe>
<script>
  document.title = '{SECRET}'
  go.onclick = () => setTimeout(() => {{ throw new Error('{SECRET}') }}, 5)
  e.onclick = () => setTimeout(() => Promise.reject(new Error('{SECRET}')), 5)
  i.onclick = () => postMessage({{parcours: ['{SECRET}', {{e: '{SECRET}'}}]}}, '*')
</script>"""


def test_no_byte_of_a_secret_planted_everywhere_is_sent(bench: Bench, browser: Browser) -> None:
    """The collector has another origin, as usual, so that the browser's own headers name only the site."""
    site = Bench()
    context = browser.new_context()
    page = context.new_page()
    count_timers(page)
    said: list[str] = []
    page.on("request", lambda r: said.append(f"{r.url} {r.headers}") if bench.url in r.url else None)
    snippet = (
        f'<script defer src="{bench.url}/parcours.js" data-site="{KEY}" data-hash data-frames="{site.url}"></script>'
    )
    address = site.page(f"/u/{SECRET}@example.org/a", PLANTED, snippet) + f"?{SECRET}={SECRET}&utm_x=1#{SECRET}"
    page.goto(address)
    page.frame_locator("#f").locator("#in").wait_for()
    for selector in ("#a", "#p", "#t", "#e"):
        page.click(selector)
        page.keyboard.type(SECRET)
        until_quiet(page)  # errors too
    page.select_option("#s", SECRET)
    for selector in ("#go", "#l", "#i", "#x", "#e"):
        page.mouse.move(5, 5)
        page.click(selector)
        until_quiet(page)
    page.frame_locator("#f").locator("#in").click()
    page.evaluate(f"location.hash = '{SECRET}/2'")
    page.evaluate(f"history.pushState(0, '', '/next/{SECRET}@x.org?{SECRET}#{SECRET}')")
    page.evaluate(f"history.replaceState(0, '', '/third?{SECRET}')")
    page.click("#go")
    page.mouse.wheel(0, 300)
    until_quiet(page)
    page.goto(address)
    page.close(run_before_unload=False)
    batches = bench.wait(lambda bs: len({b.view for b in bs}) >= 5)
    kinds = {kind for b in batches for kind in ("click", "input", "submit", "error", "scroll") if getattr(b, kind)}
    assert kinds == {"click", "input", "submit", "error", "scroll"}
    sent = b"".join(body for _, body in bench.bodies).decode() + "".join(said)
    for form in (SECRET, base64.b64encode(SECRET.encode()).decode().rstrip("="), SECRET.encode().hex(), SECRET[::-1]):
        assert form.lower() not in sent.lower()
    context.close()
    site.close()


def test_query_keys_that_the_site_lists_are_kept(bench: Bench, page: Page) -> None:
    url = bench.page("/a", "x", _snippet('data-keep-query="sku, color"'))
    page.goto(url + "?sku=12&token=1&color=anna%40example.org")
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert batch.ctx.url == f"{bench.url}/a?sku=12&color=*"


def test_without_consent_nothing_is_stored(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "x"))
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert (batch.ctx.consent, batch.ctx.id) == (False, "")


def test_consent_gives_an_id_and_its_withdrawal_removes_it(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "x"))
    page.evaluate("parcours('consent', true)")
    page.goto(bench.url + "/a")  # the next page reads it from the storage
    page.evaluate("parcours('identify', 'customer 7')")
    page.goto(bench.url + "/a")
    page.evaluate("parcours('consent', false)")
    assert page.evaluate("localStorage.length") == 0
    page.goto("about:blank")
    first, second, third = bench.wait(lambda bs: len(bs) == 3)
    assert first.ctx.consent
    assert len(first.ctx.id) == 24
    assert second.ctx.id == "@customer 7"
    assert (third.ctx.consent, third.ctx.id) == (False, "")


@pytest.mark.parametrize("signal", ["globalPrivacyControl: {get: () => true}", "doNotTrack: {get: () => '1'}"])
def test_a_refusal_by_the_browser_overrides_consent(bench: Bench, page: Page, signal: str) -> None:
    page.add_init_script(f"Object.defineProperties(Navigator.prototype, {{{signal}}})")
    page.goto(bench.page("/a", "x", _snippet("data-consent")))
    page.evaluate("parcours('consent', true)")
    page.evaluate("parcours('identify', 'anna')")
    assert page.evaluate("localStorage.length") == 0
    page.goto("about:blank")
    (batch,) = bench.wait(lambda bs: bs)
    assert (batch.ctx.consent, batch.ctx.id) == (False, "")


def test_nothing_is_sent_before_consent_if_the_site_waits_for_it(bench: Bench, page: Page) -> None:
    for given in (True, False):
        bench.reset()
        page.goto(bench.page("/a", "<button id=b>x</button>", _snippet('data-consent="wait"')))
        page.click("#b")
        page.evaluate("parcours('page', '/b')")
        bench.drain(page)
        assert bench.bodies == []
        page.evaluate(f"parcours('consent', {str(given).lower()})")
        if given:
            assert len(clicks(bench.wait(clicks))) == 1
            page.evaluate("parcours('stop')")
        bench.leave(page)
        if not given:
            assert bench.bodies == []


def test_an_excluded_browser_sends_nothing_until_it_is_included_again(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "x"))
    page.evaluate("parcours('exclude')")
    page.goto(bench.url + "/a")
    page.evaluate("parcours('event', 'x')")
    bench.leave(page)
    assert bench.bodies == []
    page.goto(bench.url + "/a")
    page.evaluate("parcours('exclude', false)")
    page.goto(bench.url + "/a")
    page.goto("about:blank")
    assert len(bench.wait(lambda bs: bs)) == 1


def test_a_visitor_who_opposes_loses_the_id_and_sends_nothing_until_they_take_it_back(bench: Bench, page: Page) -> None:
    page.goto(bench.page("/a", "<button id=b>x</button>", _snippet("data-consent")))
    page.click("#b")
    page.evaluate("parcours('oppose')")
    assert page.evaluate("Object.keys(localStorage).join()") == "parcours.off"
    bench.leave(page)
    page.goto(bench.url + "/a")  # `data-consent` gives no id either
    page.click("#b")
    assert page.evaluate("Object.keys(localStorage).join()") == "parcours.off"
    bench.leave(page)
    assert bench.bodies == []
    page.goto(bench.url + "/a")
    page.evaluate("parcours('oppose', false)")
    assert page.evaluate("localStorage.length") == 0
    page.goto(bench.url + "/a")
    page.goto("about:blank")
    assert len(bench.wait(lambda bs: bs)) == 1


def test_the_link_of_opposition_says_so_where_the_browser_stores_nothing(bench: Bench, page: Page) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked') }})")
    bench.page(f"/oppose/{KEY}", "back", "")
    page.goto(bench.page("/", "x") + "#parcours-oppose")
    page.wait_for_url(f"**/oppose/{KEY}?done=undefined")
    bench.drain(page)
    assert bench.bodies == []


@pytest.mark.parametrize(("respect", "sent", "known"), [("strict", False, False), ("off", True, True)])
def test_the_site_decides_what_a_refusal_by_the_browser_means(
    bench: Bench, page: Page, respect: str, sent: bool, known: bool
) -> None:
    page.add_init_script("Object.defineProperties(Navigator.prototype, {globalPrivacyControl: {get: () => true}})")
    page.goto(bench.page("/a", "<button id=b>x</button>", _snippet(f'data-consent data-respect="{respect}"')))
    page.click("#b")
    bench.leave(page)
    assert [b.ctx.consent for b in bench.batches()] == ([known] if sent else [])
