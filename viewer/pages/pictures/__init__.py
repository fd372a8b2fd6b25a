"""Pictures being taken."""
