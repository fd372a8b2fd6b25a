"""What the collector adds to a batch: page, visitor, device, country, channel, robot verdict."""
