"""The letters of exported pictures: Source Sans Pro, which has those of all European languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

from PIL import ImageFont

_FILE = files("font_source_sans_pro") / "files" / "SourceSansPro-Regular.ttf"
_SPACES = {0x202F: "\u00a0", 0x2009: "\u00a0", ord("\n"): " ", ord("\t"): " "}  # narrow spaces are not in the font


@cache
def letters(size: int) -> ImageFont.FreeTypeFont:
    """The font at this size in px."""
    with as_file(_FILE) as path:
        return ImageFont.truetype(path, size)


def printable(text: str) -> str:
    """The text without characters that the font does not have as such."""
    return text.translate(_SPACES)


def wrapped(text: str, size: int, width: float) -> list[str]:
    """The text in lines that are at most `width` px wide, unless a single word is wider."""
    font, lines, line = letters(size), [""], ""
    for word in printable(text).split(" "):
        longer = f"{line} {word}" if line else word
        if line and font.getlength(longer) > width:
            lines.append(word)
            line = word
        else:
            lines[-1] = line = longer
    return lines
