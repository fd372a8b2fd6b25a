"""How much happened where on a picture, and what its colours mean."""
