"""The data folder: readable by its owner only, with everything in it.

It holds password hashes, the key that signs sessions and the keys of the day, also inside the files of the engine,
which chooses no modes of its own: the umask decides.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

log = logging.getLogger("parcours")
CONTENT = ("clickhouse", "journal", "secret.key")  # one of them is in every data folder that has been used
FOLDERS = ("clickhouse", "journal")
OURS = (*CONTENT, "server.json")
OTHERS = 0o077  # permissions of the group and of everybody else


def private_umask() -> None:
    """From now on this process makes files with 600 and folders with 700."""
    os.umask(OTHERS)


def is_new(folder: Path) -> bool:
    """Whether Parcours has never used this folder. It may exist: empty, or as a folder of something else."""
    return not any((folder / name).exists() for name in CONTENT)


def create(folder: Path) -> None:
    """Make it a data folder, so that commands accept it before the first server runs on it. Raises OSError."""
    prepare(folder, whole=False)
    (folder / "journal").mkdir(exist_ok=True, mode=0o700)


def prepare(folder: Path, *, whole: bool = True) -> None:
    """Create the folder if it is missing, and take permissions of others away from it.

    `whole`: from everything in it too, which earlier versions left readable. What cannot be closed is logged: it may
    belong to another user.
    """
    private_umask()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    closed = 0
    for path in exposed(folder) if whole else _exposed(_top(folder.resolve())):
        try:
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OTHERS)
            closed += 1
        except FileNotFoundError:
            continue  # the engine removes its temporary files
        except OSError as error:
            log.warning("Other users may be able to read %s: %s", path, error.strerror)
    if closed:
        log.warning("Other users could read %d files and folders of %s: they were closed.", closed, folder)


def is_shared(folder: Path) -> bool:
    """Whether the folder contains folders of other programs (`--data /var/lib`), so that it is not ours to close."""
    found = (one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    return any(one.name not in FOLDERS for one in found)


def exposed(folder: Path) -> Iterator[Path]:
    """What in the folder has permissions for others, and the folder itself. Links in it are not followed."""
    folder = folder.resolve()
    yield from _exposed(_top(folder))
    for name in FOLDERS:
        for parent, folders, files in os.walk(folder / name):
            yield from _exposed(Path(parent, name) for name in (*folders, *files))


def _top(folder: Path) -> Iterator[Path]:
    """The folder, its files and ours of its folders; of a shared folder only what is ours."""
    shared = is_shared(folder)
    if not shared:
        yield folder
    for path in folder.iterdir():
        if path.name in OURS or (not shared and path.is_file()):
            yield path


def _exposed(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        with suppress(FileNotFoundError):
            mode = path.lstat().st_mode
            # a folder that many users write to, such as /tmp, is not ours to close
            if not stat.S_ISLNK(mode) and not mode & stat.S_ISVTX and mode & OTHERS:
                yield path
