"""What the reader of a read-only link sees."""
