"""Starting, stopping, reading and following runs."""
