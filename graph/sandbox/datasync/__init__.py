"""A DataSync for moto: every kind of location, tags, pages, filters, and runs that copy."""
