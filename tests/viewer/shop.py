"""A shop with visits and a picture, small enough to count by hand.

Page `shop.example/lamps`, 1000 × 2000 px at width 1000. 60 visitors had a view of it: 40 clicked
"Buy" (30 of variant b, 10 of a), 5 clicked "Help", whose element is gone from the picture.
A bot and an excluded visitor clicked too.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from rules.site import add_site
from store.definitions import Definitions
from store.layouts import Layout, path_key
from store.records import Site
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import NOON, PAGE, fp, insert, insert_elements, layout, record_id

BUY = ("main>button:1", fp(id="buy", text="Buy"))
LINK = ("main>a:1", fp(href="/help", text="More"))
GONE = ("footer>a:9", fp(href="/gone", text="Help"))
WIDTH, HEIGHT = 1000, 2000
BUY_BOX = (400.0, 600.0, 200.0, 80.0)
LINK_BOX = (100.0, 1500.0, 100.0, 20.0)
PERIOD = {"since": "2026-03-01", "until": "2026-03-03"}
VISITORS = 60
BUYERS = 40


def page_layout() -> Layout:
    return layout((*BUY, BUY_BOX), (*LINK, LINK_BOX), names={BUY[0]: "Buy", LINK[0]: "More"})


def strips(width: int = WIDTH, heights: tuple[int, ...] = (1024, 976)) -> list[tuple[int, bytes]]:
    """White strips with a grey line at their top."""
    made = []
    for height in heights:
        image = Image.new("RGB", (width, height), (255, 255, 255))
        image.paste((128, 128, 128), (0, 0, width, 2))
        out = BytesIO()
        image.save(out, "WEBP", lossless=True)
        made.append((height, out.getvalue()))
    return made


def snapshot(site: str, variant: str = "", page: str = PAGE, width: int = WIDTH, state: str = "") -> Snapshot:
    return Snapshot(
        id=new_id(),
        site=int(site),
        page=page,
        width=width,
        variant=variant,
        state=state,
        url=f"https://{page}",
        taken=NOON,
        height=HEIGHT,
        viewport_h=800,
        title="Lamps",
    )


def open_shop(definitions: Definitions, name: str = "Lamp shop") -> Site:
    """The site with its picture and visits, in the store of `definitions`."""
    store = definitions.store
    site = add_site(definitions, name, ["shop.example", "*.shop.example"])
    Snapshots(store).save(snapshot(site.id), page_layout(), strips())
    number = int(site.id)
    who = np.arange(1, VISITORS + 1)
    insert(store, "views", [_who(number, v) | {"clicks": int(v <= BUYERS)} for v in who])
    insert(store, "touches", [_who(number, v) for v in who])
    points = [_who(number, v) | _on(BUY) for v in who[:BUYERS]]
    points += [_who(number, v) | _on(GONE) | {"page_h": 3000} for v in who[BUYERS : BUYERS + 5]]
    points += [_who(number, 900) | _on(BUY) | {"bot": "crawler"}, _who(number, 901) | _on(BUY) | {"excluded": 1}]
    insert(store, "points", points)
    insert(store, "scrolls", [_who(number, v) | {"depth": 2000 if v <= 15 else 1000} for v in who])
    insert_elements(store, [BUY, LINK, GONE])
    return site


def _who(site: int, visitor: int) -> dict[str, object]:
    visitor = int(visitor)
    variant = "b" if visitor % 4 else "a"
    return {
        "site": site,
        "view": visitor,
        "visitor": visitor,
        "time": NOON + visitor * 1000,
        "device": "phone" if visitor > 50 else "desktop",
        "variants": {"button": variant},
    }


def _on(element: tuple[str, str]) -> dict[str, object]:
    return {"key": path_key(element[0]), "record": record_id(*element)}
