"""The page of whatever goes wrong."""
