"""Maps the hashes of page names to the numbers that a question gives to pages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xxhash

from aggregator.shapes.columns import Int32, UInt64


def page_numbers(hashes: UInt64, of_page: Mapping[str, int]) -> Int32:
    """The number of each page by its hash, 0 for others. A site may have more pages than a query can hold."""
    if not of_page:
        return np.zeros(len(hashes), np.int32)
    known = np.array([xxhash.xxh64_intdigest(page.encode()) for page in of_page], np.uint64)
    order = np.argsort(known)
    known, numbers = known[order], np.array(list(of_page.values()), np.int32)[order]
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, numbers[at], 0).astype(np.int32)
