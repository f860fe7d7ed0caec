"""The values that all rooms pass along. Nothing here waits or imports another room."""
