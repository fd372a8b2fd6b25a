"""The experiments of a site: list and form."""
