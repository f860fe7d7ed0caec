"""The one door to AWS: its words, its errors and its credentials end in this room."""
