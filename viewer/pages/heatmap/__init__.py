"""The heatmap of a page."""
