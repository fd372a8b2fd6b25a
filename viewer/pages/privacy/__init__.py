"""What a site keeps of its visitors: their opposition, how long data is kept, and its erasure."""
