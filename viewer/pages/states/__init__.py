"""States of pages: list and form."""
