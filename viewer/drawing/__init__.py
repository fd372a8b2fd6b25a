"""Grids to pictures and files: palettes, strips, overlays, tables."""
