"""Finding elements again after the page was edited."""
