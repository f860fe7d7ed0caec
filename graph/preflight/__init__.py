"""Examines what a create or a start would meet, without changing anything."""
