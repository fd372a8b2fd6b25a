"""Journeys: list, map and form."""
