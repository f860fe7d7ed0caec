"""Client libraries from npm and PyPI against a real server."""
