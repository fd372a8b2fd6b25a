"""Rules in words: what a segment, a quick filter or a goal says, in the reader's language."""
