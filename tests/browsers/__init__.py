"""The tracker in Chromium, Firefox and WebKit: one interface (tab.py) with a driver for each browser."""
