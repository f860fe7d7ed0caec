"""The REST API of the original server, over the same resolvers as GraphQL."""
