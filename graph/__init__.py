"""datasync-api: a GraphQL and REST server for AWS DataSync movers across accounts."""
