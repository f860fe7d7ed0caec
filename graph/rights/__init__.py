"""What a caller may use: the resources behind a mover, checked against the rules."""
