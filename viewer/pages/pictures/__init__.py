"""Taking pictures."""
