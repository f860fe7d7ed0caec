"""Creates tokens and keys."""

from __future__ import annotations

import hashlib
import secrets

import bcrypt

_RANDOM_BYTES = 32


def token_for(key: str, cost: int = 10) -> str:
    """A fresh token for a key: a bcrypt hash of it. ``cost`` doubles the work with each step."""
    return bcrypt.hashpw(key.encode(), bcrypt.gensalt(cost)).decode()


def new_key() -> tuple[str, str]:
    """A random key of 256 bits, and its SHA-256 as it is configured."""
    key = secrets.token_urlsafe(_RANDOM_BYTES)
    return key, hashlib.sha256(key.encode()).hexdigest()
