"""The original REST paths over the same resolvers."""
