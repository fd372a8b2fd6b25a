"""Where on a picture each point belongs."""
