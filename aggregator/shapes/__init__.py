"""The records and columns that the parts of the aggregator exchange. No SQL, no arithmetic on maps."""
