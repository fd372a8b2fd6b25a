"""Counts, grids and comparisons: pure functions on numpy columns over a thin layer of queries (docs/aggregator.md)."""
