"""How many partnerships there are, by decade, region, size, topic, kind, freshness and distance."""
