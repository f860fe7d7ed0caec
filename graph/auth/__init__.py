"""Authentication: turns the credentials of a connection into a caller with rights."""

from graph.auth.authenticator import Authenticator
from graph.auth.credentials import BEARER, HEADER, Credentials, credentials
from graph.auth.fair_queue import Peer
from graph.auth.groups import read_groups, read_groups_file
from graph.auth.issuers import (
    IssuedTokens,
    Issuer,
    granted_issuers,
    read_form,
    read_issuers,
    read_issuers_file,
)
from graph.auth.keys import (
    DEFAULT,
    ApiKey,
    clear_key,
    default_key,
    granted,
    read_keys,
    read_keys_file,
)
from graph.auth.rejected import Rejected
from graph.auth.tokens import new_key, token_for

__all__ = [
    "BEARER",
    "DEFAULT",
    "HEADER",
    "ApiKey",
    "Authenticator",
    "Credentials",
    "IssuedTokens",
    "Issuer",
    "Peer",
    "Rejected",
    "clear_key",
    "credentials",
    "default_key",
    "granted",
    "granted_issuers",
    "new_key",
    "read_form",
    "read_groups",
    "read_groups_file",
    "read_issuers",
    "read_issuers_file",
    "read_keys",
    "read_keys_file",
    "token_for",
]
