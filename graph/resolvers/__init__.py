"""What the server can do, as functions of a request's context: rights first, then services."""
