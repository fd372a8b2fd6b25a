"""Off-site files: what happened elsewhere, sent as CSV."""
