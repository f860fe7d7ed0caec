"""Turns documents into JSON results: limits, execution and fan-out."""
