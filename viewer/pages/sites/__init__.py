"""Sites: list, set-up and health."""
