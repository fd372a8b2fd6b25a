"""The HTTP layer: URLs, errors, headers, and how handlers get their dependencies."""
