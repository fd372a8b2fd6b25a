"""CPU time to read and mask the worst addresses that anyone may send, compared with an ordinary one.

One event loop handles everyone's batches, so no address may take long, however its parts repeat: a pattern that
backtracks (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS) would show here.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from collector.enrich.channels import traffic_source
from collector.enrich.masking import masked_address
from collector.report.counters import scrubbed
from store.pages import canonical_page

NAME = "addresses"
HELP = "CPU time to mask the worst possible addresses (5 s)"

LENGTH = 2000  # characters: the longest address that a batch may contain
LIMIT_MS = 20.0
REPEATED = (
    "a", "a.", "-", "1a", "/", "a@", "%40", "@a.", "?", "a=b&", "eyJ", "eyJa.", "%25", "0123456789abcde-",
)  # fmt: skip
ORDINARY = "https://shop.example/lamps/12?utm_source=newsletter&size=m"


def run(args: argparse.Namespace) -> dict[str, Any]:
    """ms per address; "failed" when one takes longer than the limit."""
    worst = {piece: cost_ms((piece * LENGTH)[:LENGTH]) for piece in REPEATED}
    slow = [piece for piece, ms in worst.items() if ms > LIMIT_MS]
    result: dict[str, Any] = {
        "ordinary address, ms": cost_ms("", ORDINARY),
        "limit, ms": LIMIT_MS,
        "worst, ms": max(worst.values()),
        "repeated text, ms": worst,
    }
    return result | ({"failed": f"too slow: {', '.join(slow)}"} if slow else {})


def cost_ms(path: str, base: str = "https://shop.example/") -> float:
    """CPU time for one address in the page, the campaign, the referrer and an error message; the best of five."""
    times = []
    for n in range(5):
        url = f"{base}{n}{path}"
        start = time.process_time()
        canonical_page(url)
        masked_address(url + "?utm_source=" + url)
        traffic_source(url + "&utm_source=" + url, url)
        scrubbed(url)
        times.append(1000 * (time.process_time() - start))
    return min(times)
