"""Size of the tracker as a browser downloads it."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path
from typing import Any

NAME = "tracker_size"
HELP = "size of parcours.js: raw and gzip -9, compared with the smallest peer that identifies elements (1 s)"

# Clarity 0.8.70, gzip -9: the smallest published tracker whose heatmaps are anchored to elements.
CLARITY_GZIP = 26_686


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Sizes in bytes and the ratio to Clarity's published bundle."""
    bundle = (Path(__file__).parent.parent / "tracker_js/dist/parcours.js").read_bytes()
    packed = len(gzip.compress(bundle, 9))
    return {
        "raw bytes": len(bundle),
        "gzip bytes": packed,
        "Clarity 0.8.70, gzip bytes": CLARITY_GZIP,
        "ratio": packed / CLARITY_GZIP,
    }
