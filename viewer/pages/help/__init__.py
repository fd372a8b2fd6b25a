"""The help for readers of maps."""
