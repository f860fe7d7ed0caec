"""The resources that a caller may use as a source or destination."""
