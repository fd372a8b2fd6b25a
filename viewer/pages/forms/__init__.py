"""Forms: submissions as plain fields, and their faults shown beside the fields."""
