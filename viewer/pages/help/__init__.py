"""The help for people who read maps."""
