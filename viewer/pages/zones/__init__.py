"""The form that makes and changes a zone."""
