"""Two variants of a page, compared."""
