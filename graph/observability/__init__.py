"""What operators see: logs, metrics, and which build is running."""
