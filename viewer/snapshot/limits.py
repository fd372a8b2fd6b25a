"""All limits of a snapshot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds, CSS pixels and bytes."""

    answer_s: float = 30.0  # until the server begins to answer
    load_s: float = 15.0  # until the load event; afterwards the snapshot continues without it
    quiet_s: float = 8.0  # until nothing changes any more
    calm_s: float = 0.5  # how long nothing must change
    scroll_s: float = 25.0  # for the pass through the page
    step_s: float = 10.0  # for one step of a recipe
    images_s: float = 8.0  # for images and fonts after the pass
    whole_s: float = 120.0  # for one width altogether
    stuck_s: float = 20.0  # without any reaction of the browser or the page's renderer
    dial_s: float = 10.0  # for one connection
    document_bytes: int = 20_000_000  # HTML of the page and its frames, decoded
    page_bytes: int = 150_000_000  # everything it loads, both on the wire and decoded
    nodes: int = 500_000  # in the renderer, text included
    tallest_px: int = 60_000  # a taller page is cut
    strip_px: int = 2_048  # height of one strip of the picture
    quality: int = 80  # of the WebP
