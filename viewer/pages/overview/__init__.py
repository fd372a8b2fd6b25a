"""The first page of a site: its figures, and its visitors by how they came and what they saw."""
