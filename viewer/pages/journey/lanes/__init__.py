"""The lanes of a journey map, one module for each kind that has content of its own."""
