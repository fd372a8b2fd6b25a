"""Finds elements again after the page was edited (record linkage; docs/aggregator.md)."""
