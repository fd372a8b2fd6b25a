"""Pictures behind a login."""
