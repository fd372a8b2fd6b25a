"""The page of a site's mail, and the weekly digest."""
