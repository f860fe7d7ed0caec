"""The server process: start-up and shutdown, HTTP limits, CORS, and the access log."""
