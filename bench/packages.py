"""Published npm packages that benches use: fetched once into the cache folder, never committed."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / "build" / "bench-pages"


def folder_name(package: str) -> str:
    """`@scope/name@1.2.3` → `scope-name-1.2.3`, the name npm gives the archive."""
    name, _, version = package.rpartition("@")
    return f"{name.removeprefix('@').replace('/', '-')}-{version}"


def unpacked(package: str) -> Path:
    """Folder with the files of `name@version`; fetched with npm if it is not in the cache."""
    folder = CACHE / folder_name(package)
    if not folder.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit(f"This bench fetches {package} with npm. Install Node.js 20 or newer.")
        CACHE.mkdir(parents=True, exist_ok=True)
        fetched = subprocess.run([npm, "pack", package, "--silent"], cwd=CACHE, capture_output=True, text=True)
        if fetched.returncode:
            raise SystemExit(f"npm could not fetch {package}: {fetched.stderr.strip()[-500:]}")
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        with tarfile.open(CACHE / f"{folder.name}.tgz") as archive:
            archive.extractall(part, filter="data")
        part.rename(folder)
    return folder / "package"
