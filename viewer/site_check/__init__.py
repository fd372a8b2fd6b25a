"""Why a site receives no views: its page is read, and what it says is compared with what the collector counted."""
