"""What surrounds every page: its record, language, rendering, the error page."""
