"""From an HTTP request to a batch that may be stored: admission, body, answers, limits."""
