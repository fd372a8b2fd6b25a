"""`parcours import`: rows of a file → what the API takes → sent, so that a broken run goes on where it was."""
