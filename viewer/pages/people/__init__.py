"""Sign-in and personal accounts."""
