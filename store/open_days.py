"""Where the rows of an open day are, for a site that keeps counts only.

They are stored under another number than the site's. No question asks for that number, so nothing can be read of a day
before it is closed: aggregator/queries/closing.py counts its rows, and they are erased.
"""

from __future__ import annotations

OPEN = 1 << 31  # sites are numbered from 1 on, so the bit is free


def open_rows(site: int) -> int:
    """The number under which the rows of open days of a site are stored.

    >>> open_rows(3)
    2147483651
    """
    return site | OPEN


def site_of_rows(number: int) -> int:
    """The site whose rows are stored under a number: the number itself, unless they are of an open day.

    >>> site_of_rows(2147483651), site_of_rows(3)
    (3, 3)
    """
    return number & ~OPEN
