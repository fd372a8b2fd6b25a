"""The frame of every page: its record, language and rendering."""
