"""The history of the schema. Migrations only add: servers of two versions share a store.

``docs/decisions/0020-only-add-to-the-schema-of-the-store.md`` has the rule.
"""
