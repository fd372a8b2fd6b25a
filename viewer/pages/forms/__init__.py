"""Forms: what was typed as plain fields, and what is wrong with it beside the fields."""
