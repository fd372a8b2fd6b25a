"""Counts, grids and comparisons: pure functions on numpy columns above a thin layer of queries (docs/aggregator.md)."""
