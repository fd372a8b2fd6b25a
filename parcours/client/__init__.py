"""A client for programs in Python (docs/programs.md)."""

from parcours.client.client import ParcoursClient
from parcours.connection import ApiError

__all__ = ["ApiError", "ParcoursClient"]
