"""Segments of a site: the list, and the builder."""
