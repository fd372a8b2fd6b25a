"""Page groups of a site."""
