"""Calls to AWS: the only package that knows its vocabulary, errors and credentials."""
