"""The trackers compared: their files, how each is started, and where it sends data."""

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
    """Cached, so that a rebuild during a run does not change what is measured."""
    return file.read_bytes()


@dataclass(frozen=True)
class Tracker:
    """`package` and `files` name the published scripts; `start` runs after them."""

    name: str
    package: str = ""
    files: tuple[str, ...] = ()
    start: str = ""

    def scripts(self) -> list[bytes]:
        """What a browser downloads, in order; the code that starts the tracker comes last."""
        if self.name == OURS:
            return [_read(_OURS_FILE)]
        if not self.package:
            return []
        folder = unpacked(self.package)
        return [_read(folder / file) for file in self.files] + [self.start.encode()]

    def snippet(self, attributes: str = "") -> str:
        """The HTML to paste; `attributes` applies to ours only."""
        if self.name == OURS:
            return f'<script defer src="/parcours.js" data-site="{SITE_KEY}" {attributes}></script>'
        count = len(self.files) + 1 if self.files else 0
        return "".join(f'<script defer src="/trackers/{self.name}/{n}.js"></script>' for n in range(count))

    def wrote(self, url: str) -> bool:
        """Whether the script at this URL belongs to this tracker."""
        return url.endswith("/parcours.js") if self.name == OURS else f"/trackers/{self.name}/" in url

    def sends_to(self, path: str) -> bool:
        """Whether a request to this path was sent by the tracker."""
        return path.startswith("/c/") if self.name == OURS else path.startswith(f"/sink/{self.name}/")


_CLARITY = (
    """clarity('start', {projectId: 'bench', upload: location.origin + '/sink/clarity/collect', content: true})"""
)
# Features other than recording clicks and moves are off, and so are downloads from the vendor's hosts.
_POSTHOG = """posthog.init('bench', {
  api_host: location.origin + '/sink/posthog', capture_heatmaps: true, autocapture: false, rageclick: true,
  disable_session_recording: true, disable_surveys: true, disable_product_tours: true, disable_conversations: true,
  disable_web_experiments: true, capture_performance: false, capture_exceptions: false, capture_dead_clicks: false,
  advanced_disable_flags: true, disable_external_dependency_loading: true,
  opt_out_useragent_filter: true, // otherwise it sends nothing from an automated browser
})"""
# rrweb only records, so this code sends: every 5 s, and when leaving.
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
# With its heatmaps on, a default install downloads the first file, which detects dead clicks, on start.
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
    """Each file compressed separately, as servers do; the code that starts a peer is not counted."""
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
