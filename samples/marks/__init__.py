"""What pens, fluid and stamps leave beside plain entries: erasures, ticks, signatures, and what resembles them."""
