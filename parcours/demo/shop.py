"""Lampyre, the shop of the demo: small, working, with the tracker on every page."""

from __future__ import annotations

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from parcours.demo.catalogue import FIRST_BASKET, KINDS, LAMPS, SWATCHES, of_kind, some

HERE = Path(__file__).parent / "lampyre"
EXPERIMENT = "buy-button"
TESTED = "luciole"  # the lamp whose page has two variants
QUESTIONS = {  # id → question, answer
    "label": (
        "How do I print the return label?",
        "It came in the box, under the lamp. If it is gone, “Start a return” makes a new one.",
    ),
    "money": ("When do I get my money back?", "Three working days after the lamp is back with us, the way you paid."),
    "colour": (
        "Can I change for another colour?",
        "Yes, within 30 days. Send yours back and order the other one: we pay both ways.",
    ),
    "broken": (
        "My lamp arrived broken",
        "We are sorry. Send a photo to the workshop and a new one leaves the same day.",
    ),
    "shop": ("Where is the nearest shop?", "In Lyon, 12 rue des Tables-Claudiennes, Tuesday to Saturday."),
    "bill": ("I lost the bill", "It is in the letter we sent on the day of your order. We can send it again."),
}


def variant_of(request: Request) -> str:
    """The variant shown to this browser: that of `?show=a|b`, or one chosen by a hash, constant without a cookie."""
    shown = request.query_params.get("show", "")
    if shown in ("a", "b"):
        return shown
    who = f"{request.client.host if request.client else ''}|{request.headers.get('user-agent', '')}"
    return "ab"[hashlib.sha256(who.encode()).digest()[0] % 2]


class Shop:
    """Renders the pages, with `collector_url` and `site_key` in the snippet."""

    def __init__(self, collector_url: str, site_key: str) -> None:
        self.collector_url = collector_url.rstrip("/")
        self.site_key = site_key
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        # shared by all pages; a page may override it
        self.templates.globals.update(
            kinds=KINDS, basket=some(*FIRST_BASKET), collector=self.collector_url, site_key=self.site_key, variant=""
        )

    def page(self, template: str, status: int = 200, /, **values: object) -> HTMLResponse:
        body = self.templates.get_template(f"{template}.html").render(**values)
        policy = (
            f"default-src 'self'; script-src 'self' {self.collector_url}; connect-src 'self' {self.collector_url}; "
            "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'"
        )
        headers = {"content-security-policy": policy, "cache-control": "no-store"}
        return HTMLResponse(body, status, headers=headers)

    async def home(self, request: Request) -> Response:
        loved = some("luciole", "galet", "cloche", "colline", "roseau", "cocon", "luciole-mini", "aube")
        return self.page("home", loved=loved)

    async def journal_teaser(self, request: Request) -> Response:
        return self.page("journal_teaser")

    async def goes_with(self, request: Request) -> Response:
        beside = request.query_params.get("beside")
        near = some("galet", "cocon", "colline", "luciole-mini", "luciole")
        lamps = [lamp for lamp in near if lamp.path != beside]
        return self.page("goes_with", lamps=lamps[:4])

    async def lamps_json(self, request: Request) -> Response:
        """The index for the search dialog."""
        found = [
            {"name": x.name, "path": x.path, "price": x.price, "words": f"{x.name} {x.kind} {x.room} {x.about}".lower()}
            for x in LAMPS.values()
        ]
        return JSONResponse(found)

    async def lamp_list(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise HTTPException(404)
        return self.page("list", kind=kind, lamps=of_kind(kind))

    async def product(self, request: Request) -> Response:
        lamp = LAMPS.get(request.path_params["slug"])
        if lamp is None or lamp.kind != request.path_params["kind"]:
            raise HTTPException(404)
        tested = lamp.slug == TESTED
        shown = variant_of(request) if tested else "a"
        return self.page(
            "product", lamp=lamp, swatches=SWATCHES, shown=shown, variant=f"{EXPERIMENT}:{shown}" if tested else ""
        )

    async def basket(self, request: Request) -> Response:
        return self.page("basket", suggested=some("luciole-mini", "galet-mat", "cocon", "cloche"))

    async def checkout(self, request: Request) -> Response:
        return self.page("checkout")

    async def pay(self, request: Request) -> Response:
        """Accepts the order without reading it: nothing that a visitor typed is stored."""
        return RedirectResponse("/thanks", 303)

    async def thanks(self, request: Request) -> Response:
        return self.page("thanks", next_lamps=some("roseau", "cloche", "galet"))

    async def help(self, request: Request) -> Response:
        return self.page("help", questions=QUESTIONS)

    async def review(self, request: Request) -> Response:
        return self.page("review")

    async def care(self, request: Request) -> Response:
        return self.page("care", lamps=some("cocon", "colline", "luciole-mini"))

    async def club(self, request: Request) -> Response:
        return self.page("club", lamps=some("luciole", "galet-mat", "cocon", "cloche"))

    async def journal(self, request: Request) -> Response:
        return self.page("journal")

    async def missing(self, request: Request, error: Exception) -> Response:
        return self.page("missing", 404)

    async def icon(self, request: Request) -> Response:
        return RedirectResponse("/static/icon.svg", 301)


def shop_app(collector_url: str, site_key: str) -> Starlette:
    """The shop as an app; its pages send their events to `collector_url`."""
    shop = Shop(collector_url, site_key)
    return Starlette(
        routes=[
            Route("/", shop.home),
            Route("/parts/journal", shop.journal_teaser),
            Route("/parts/goes-with", shop.goes_with),
            Route("/parts/lamps.json", shop.lamps_json),
            Route("/{kind:str}-lamps", shop.lamp_list),
            Route("/{kind:str}-lamps/{slug:str}", shop.product),
            Route("/basket", shop.basket),
            Route("/checkout", shop.checkout),
            Route("/pay", shop.pay, methods=["POST"]),
            Route("/thanks", shop.thanks),
            Route("/help", shop.help),
            Route("/journal", shop.journal),
            Route("/review", shop.review),
            Route("/club", shop.club),
            Route("/care", shop.care),
            Route("/favicon.ico", shop.icon),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={404: shop.missing},
    )
