"""Mail and webhooks: the outbox, what is sent in it, and how."""
