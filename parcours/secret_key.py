"""The key that encrypts what the camera signs in with. It is never in the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from parcours.settings import BadSetting, Settings
from store.sealing import LEAST_KEY

FILE = "secret.key"


def secret_key(settings: Settings) -> bytes:
    """PARCOURS_SECRET_KEY, else the file `secret.key` of the data folder, which is made when it is missing.

    Raises BadSetting if the file is too short.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data / FILE
    text = _of_folder(path)
    if len(text.encode()) < LEAST_KEY:
        raise BadSetting(f"{path} is damaged: restore it, or delete it and set the secrets and cookies of sites again.")
    return text.encode()


def _of_folder(path: Path) -> str:
    """The text of the file, readable only by its owner. Of several processes that start at once, one makes it."""
    made = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)  # fails if another process was first
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text().strip()
