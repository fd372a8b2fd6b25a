"""Figures computed from points, views and visitors: shares, intervals, tests, reach, attention, frustration."""
