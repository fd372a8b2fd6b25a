"""One question in, one record with everything that a page or the API shows of it out."""
