"""A DataSync backend for moto: all kinds of location, tags, pages, filters, and real copies."""
