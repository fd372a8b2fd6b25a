"""Pictures that people take in their own browser."""
