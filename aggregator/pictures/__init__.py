"""The picture that a map is drawn on, its layout, and what is known of the elements on it."""
