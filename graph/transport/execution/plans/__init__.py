"""Compiles the parts of documents that need no waiting to Python functions."""
