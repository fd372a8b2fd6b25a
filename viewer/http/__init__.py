"""HTTP without a subject: addresses, errors, headers, how a route gets what it uses."""
