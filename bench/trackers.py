"""The trackers that are compared: their files, how each is started, and where it sends to."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.packages import unpacked

SITE_KEY = "ABCDEFGHIJKL"
OURS = "parcours"
_OURS_FILE = Path(__file__).resolve().parents[1] / "tracker_js" / "dist" / "parcours.js"


@cache
def _read(file: Path) -> bytes:
    """One run measures one file, also when it is built anew meanwhile."""
    return file.read_bytes()


@dataclass(frozen=True)
class Tracker:
    """`package` and `files` name its published scripts; `start` is run after them."""

    name: str
    package: str = ""
    files: tuple[str, ...] = ()
    start: str = ""

    def scripts(self) -> list[bytes]:
        """What a browser fetches, in order; the lines that start it are the last."""
        if self.name == OURS:
            return [_read(_OURS_FILE)]
        if not self.package:
            return []
        folder = unpacked(self.package)
        return [_read(folder / file) for file in self.files] + [self.start.encode()]

    def snippet(self, attributes: str = "") -> str:
        """The lines to paste; `attributes` for ours alone."""
        if self.name == OURS:
            return f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attributes}></script>'
        count = len(self.files) + 1 if self.files else 0
        return "".join(f'<script defer src="/trackers/{self.name}/{n}.js"></script>' for n in range(count))

    def wrote(self, url: str) -> bool:
        """Whether the script at this address is of this tracker."""
        return url.endswith("/parcours.js") if self.name == OURS else f"/trackers/{self.name}/" in url

    def sends_to(self, path: str) -> bool:
        """Whether a request to this path is what the tracker sends."""
        return path.startswith("/c/") if self.name == OURS else path.startswith(f"/sink/{self.name}/")


_CLARITY = (
    """clarity('start', {projectId: 'bench', upload: location.origin + '/sink/clarity/collect', content: true})"""
)
# What records neither clicks nor moves is off, and so is what is fetched from the maker's hosts.
_POSTHOG = """posthog.init('bench', {
  api_host: location.origin + '/sink/posthog', capture_heatmaps: true, autocapture: false, rageclick: true,
  disable_session_recording: true, disable_surveys: true, disable_product_tours: true, disable_conversations: true,
  disable_web_experiments: true, capture_performance: false, capture_exceptions: false, capture_dead_clicks: false,
  advanced_disable_flags: true, disable_external_dependency_loading: true,
  opt_out_useragent_filter: true, // it would keep silent in a browser that is driven
})"""
# rrweb records and leaves sending to others: each 5 s, and at leaving.
_RRWEB = """{
  let events = []
  const send = (post) => {
    if (events.length) post('/sink/rrweb/events', JSON.stringify(events))
    events = []
  }
  rrwebRecord.record({emit: (event) => events.push(event)})
  setInterval(() => send((url, body) => fetch(url, {method: 'POST', body})), 5000)
  addEventListener('pagehide', () => send((url, body) => navigator.sendBeacon(url, body)))
}"""

NONE = Tracker("none")
PARCOURS = Tracker(OURS)
CLARITY = Tracker("clarity", "clarity-js@0.8.70", ("build/clarity.min.js",), _CLARITY)
# A default install of its heatmaps fetches the first file, which finds dead clicks, when it starts.
POSTHOG = Tracker("posthog", "posthog-js@1.449.2", ("dist/dead-clicks-autocapture.js", "dist/array.js"), _POSTHOG)
RRWEB = Tracker("rrweb", "@rrweb/record@2.1.6", ("umd/record.min.js",), _RRWEB)
TRACKERS = (NONE, PARCOURS, CLARITY, POSTHOG, RRWEB)


@dataclass(frozen=True)
class Sizes:
    """Bytes of a tracker's published files; `brotli` is -1 without Node.js."""

    raw: int
    gzip: int
    brotli: int


def sizes(tracker: Tracker) -> Sizes:
    """Each file packed for itself, as servers do; the lines that start a peer are not counted."""
    files = tracker.scripts()
    published = files if tracker.name == OURS else files[:-1]
    brotli = [_brotli(file) for file in published]
    return Sizes(
        sum(map(len, published)),
        sum(len(gzip.compress(file, 9)) for file in published),
        sum(brotli) if all(size >= 0 for size in brotli) else -1,
    )


_BROTLI = "process.stdout.write(String(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length))"


def _brotli(file: bytes) -> int:
    """Bytes at brotli's highest level, which is Node's default; -1 without Node.js."""
    node = shutil.which("node")
    if node is None:
        return -1
    return int(subprocess.run([node, "-e", _BROTLI], input=file, check=True, capture_output=True).stdout)
