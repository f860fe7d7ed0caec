"""The settings of a DataSync task: which values and combinations DataSync accepts."""
