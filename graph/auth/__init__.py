"""Turns what a connection carries into a caller: a hash of a key, or a key known by its digest."""

from graph.auth.authenticator import Authenticator
from graph.auth.credentials import BEARER, HEADER, Credentials, credentials
from graph.auth.groups import read_groups, read_groups_file
from graph.auth.keys import (
    DEFAULT,
    Key,
    clear_key,
    default_key,
    granted,
    read_keys,
    read_keys_file,
)
from graph.auth.tokens import new_key, token_for

__all__ = [
    "BEARER",
    "DEFAULT",
    "HEADER",
    "Authenticator",
    "Credentials",
    "Key",
    "clear_key",
    "credentials",
    "default_key",
    "granted",
    "new_key",
    "read_groups",
    "read_groups_file",
    "read_keys",
    "read_keys_file",
    "token_for",
]
