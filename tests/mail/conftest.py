"""A database for all tests of a module."""

from tests.viewer.conftest import module_store

__all__ = ["module_store"]
