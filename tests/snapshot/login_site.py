"""A small site behind a login: a cookie session, and sign-in forms of several kinds. Two hosts lead to it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from store.records import Site

USER, PASSWORD = "anna@shop.example", "Tr0ub4dor & 3/päss"
FOREIGN = "foreign.localhost"  # a host that is not the site's; it is this machine too

_FIELDS = '<input name="user" type="text" id="user"><input name="password" type="password" id="password">'


def _page(body: str, title: str = "Shop") -> str:
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title><body style="margin:0">{body}</body>'


def _form(action: str = "/login", method: str = "post", fields: str = _FIELDS) -> str:
    return f'<form method="{method}" action="{action}">{fields}<button id="go">Sign in</button></form>'


_FETCH = (
    "<script>document.querySelector('form').onsubmit = async (e) => {e.preventDefault();"
    "const typed = document.querySelector('#password');"
    "const answer = await fetch(e.target.getAttribute('action'), {method: 'POST', "
    "body: new URLSearchParams(new FormData(e.target))});"
    "if (answer.ok) {sessionStorage.token = 'yes'; document.body.innerHTML = '<p class=account>Hello</p>'}}</script>"
)
# A field that, like React's, ignores values that were set without an `input` event.
_CONTROLLED = (
    "<script>let kept = ''; const box = document.querySelector('#password');"
    "box.addEventListener('input', () => kept = box.value);"
    "document.querySelector('form').addEventListener('submit', () => {box.value = kept})</script>"
)

_SECOND = f'<input type="hidden" name="user" value="{USER}"><input type="password" name="password" id="password">'

PAGES = {
    "/account": '<h1 class="account" id="orders">Your orders</h1><p id="sum">59 euros</p>',
    "/settings": '<h1 class="account">Settings</h1>',
    "/by-get-done": "<p>Wrong password</p>",
    "/login": _form(),
    "/controlled": _form() + _CONTROLLED,
    "/by-fetch": _form("/session") + _FETCH,
    "/by-get": _form("/by-get-done", "get"),
    "/to-foreign": _form("http://FOREIGN/steal"),
    "/redirected": _form("/307"),
    "/fetch-redirected": _form("/307") + _FETCH,
    "/foreign-script": _form() + "<script>setTimeout(() => location = 'http://FOREIGN/page', 300)</script>",
    "/in-frame": '<iframe src="/login" width="600" height="300"></iframe>',
    "/in-foreign-frame": '<iframe src="http://FOREIGN/login" width="600" height="300"></iframe>',
    "/in-shadow": "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = `" + _form() + "`</script>",
    "/two-pages": _form("/second", fields='<input name="user" id="user">'),
    "/no-field": '<div id="user">not a field</div><div id="password">no</div>',
    "/readonly": '<input id="user" readonly><input id="password" type="password" disabled>',
    "/echo": _form("/echo-done"),
}


@dataclass
class LoginSite:
    port: int = 0
    sessions: set[str] = field(default_factory=set)
    received: list[tuple[str, str, str]] = field(default_factory=list)  # host, path, body or query of each request

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def site(self, *, allow_private: bool = True) -> Site:
        own = f"127.0.0.1:{self.port}"
        return Site(id="7", name="Shop", key="abcdefghijkl", domains=(own,), allow_private=allow_private)

    def session(self) -> str:
        """A new session, as if somebody had signed in."""
        token = secrets.token_hex(16)
        self.sessions.add(token)
        return token

    def seen_by(self, host: str) -> str:
        """Everything that a host received."""
        return "\n".join(f"{path} {body}" for name, path, body in self.received if name.partition(":")[0] == host)


def _handler(local: LoginSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, body: str = "", **headers: str) -> None:
            data = body.replace("FOREIGN", f"{FOREIGN}:{local.port}").encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def note(self, body: str = "") -> None:
            parts = urlsplit(self.path)
            local.received.append((self.headers.get("Host", ""), parts.path, body or parts.query))

        @property
        def signed_in(self) -> bool:
            sent = self.headers.get("Cookie", "")
            return any(part.strip().removeprefix("session=") in local.sessions for part in sent.split(";"))

        def do_GET(self) -> None:
            self.note()
            path = urlsplit(self.path).path
            if path == "/account" and not self.signed_in:
                self.answer(302, Location="/login")
            elif path == "/settings" and not self.signed_in:  # it shows the form in place
                self.answer(200, _page(_form()))
            else:
                body = PAGES.get(path, "<p>Here</p>")
                self.answer(200, _page(body, "Sign in" if "<form" in body else "Shop"))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self.note(body)
            typed = {name: values[0] for name, values in parse_qs(body).items()}
            right = typed.get("user") == USER and typed.get("password") == PASSWORD
            opened = f"session={local.session()}; Path=/; HttpOnly" if right else ""
            post(self, urlsplit(self.path).path, opened, typed.get("password", ""))

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def post(handler: Any, path: str, opened: str, shown: str) -> None:
    """Answer a form. `opened`: the cookie of the new session, if user and password were right."""
    match path:
        case "/307":
            handler.answer(307, Location=f"http://{FOREIGN}:{handler.server.server_port}/steal")
        case "/second":
            handler.answer(200, _page(_form(fields=_SECOND)))
        case "/session":
            handler.answer(200 if opened else 401, Set_Cookie=opened)
        case "/echo-done":
            handler.answer(200, _page(f'<p class="account">You typed {shown}</p>', shown))
        case _ if opened:
            handler.answer(303, Location="/account", Set_Cookie=opened)
        case _:
            handler.answer(200, _page(f"<p id=wrong>Wrong password</p>{_form()}"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return  # a browser that goes away while it is answered is no failure of the test


@contextmanager
def login_site() -> Iterator[LoginSite]:
    local = LoginSite()
    server = _Server(("127.0.0.1", 0), _handler(local))
    local.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield local
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
