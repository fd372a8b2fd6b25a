"""Patterns of pages: which known pages they match."""
