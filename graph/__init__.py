"""datasync-api: the GraphQL server, its rooms from the ground up."""
