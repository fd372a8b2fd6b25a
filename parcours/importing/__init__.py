"""`parcours import`: rows of a file → items of the API → sent; an interrupted run continues where it stopped."""
