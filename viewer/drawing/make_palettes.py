"""Writes viewer/palette_tables.py from colorcet. Run: `python -m viewer.make_palettes`."""

from __future__ import annotations

import textwrap
from pathlib import Path

import colorcet

# Kovesi's maps, CC BY 4.0 (https://colorcet.com): even in perceived lightness, safe for colour-blind eyes.
MAPS = {"LIGHT": "CET_L17", "DARK": "CET_L3"}
HEAD = '''"""Colour tables: 256 colours each as RRGGBB. Made by viewer/make_palettes.py; not edited by hand.

CET-L17 and CET-L3 by Peter Kovesi, https://colorcet.com, CC BY 4.0.
"""
'''


def source() -> str:
    """The text of the module."""
    parts = [HEAD]
    for name, palette in MAPS.items():
        digits = "".join(colour.lstrip("#") for colour in colorcet.palette[palette])
        rows = "\n".join(f'    "{row}"' for row in textwrap.wrap(digits, 96))
        parts.append(f"{name} = bytes.fromhex(\n{rows}\n)\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("palette_tables.py").write_text(source())
