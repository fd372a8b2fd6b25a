"""All SQL of the aggregator: typed questions in, the records of `aggregator.shapes` out. Values are bound.

Only the newest version of a row of `views` and `scrolls` counts, hence FINAL.
"""
