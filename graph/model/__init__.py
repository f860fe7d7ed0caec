"""Frozen values and the error tree: no I/O, and no imports from other packages."""
