"""The panel in which a read-only link is made, and the links of a site."""
