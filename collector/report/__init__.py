"""Counts of what was accepted and refused: for the site's page, /metrics and the log."""
