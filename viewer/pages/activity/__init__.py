"""Who changed what on a site."""
