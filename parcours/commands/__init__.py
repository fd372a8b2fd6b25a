"""The commands, by what they are about. Each speaks the HTTP API (parcours/connection.py)."""
