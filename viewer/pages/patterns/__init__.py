"""Page patterns: which known pages they match."""
