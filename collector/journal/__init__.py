"""Batches on disk: group commit, segments, the writer that inserts them, and quarantine."""
