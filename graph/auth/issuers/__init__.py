"""Tokens (JWT) of identity providers: which are accepted, and which rights their claims give."""

from graph.auth.issuers.form import looks_like_jwt, read_form
from graph.auth.issuers.issued_tokens import IssuedTokens
from graph.auth.issuers.issuer import Issuer
from graph.auth.issuers.tables import granted_issuers, read_issuers, read_issuers_file

__all__ = [
    "IssuedTokens",
    "Issuer",
    "granted_issuers",
    "looks_like_jwt",
    "read_form",
    "read_issuers",
    "read_issuers_file",
]
