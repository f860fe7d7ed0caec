"""The public keys of an issuer (JWKS, RFC 7517), reduced to those that may verify its tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    import jwt

MOST_BYTES: Final = 256 * 1024
MOST_KEYS: Final = 64
_RSA_BITS: Final = range(2048, 8192 + 1)
"""Smaller ones can be broken; larger ones take more than a millisecond for each token."""
_FITTING: Final[Mapping[str, tuple[str, str | None]]] = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""By algorithm, the type and the curve of its keys."""


class UnusableKeys(Exception):
    """The text is not a key set."""


@dataclass(frozen=True, slots=True)
class _Key:
    kid: str | None
    algorithm: str
    verifying: Any = field(repr=False)
    """A ``jwt.PyJWK``, which cannot be named here: settings are validated with all annotations."""


@dataclass(frozen=True, slots=True, eq=False)
class KeySet:
    """Finds the key for a token. Every key is used with its own algorithms only."""

    keys: tuple[_Key, ...]

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Skips keys that cannot verify tokens. Raises UnusableKeys if none is left."""
        if len(text) > MOST_BYTES:
            raise UnusableKeys(f"the keys take more than {MOST_BYTES} bytes")
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            raise UnusableKeys("the keys are not JSON") from None
        listed = given.get("keys") if isinstance(given, dict) else None
        if not isinstance(listed, list):
            raise UnusableKeys("there is no list of keys")
        if len(listed) > MOST_KEYS:
            raise UnusableKeys(f"there are more than {MOST_KEYS} keys")
        found = [key for each in listed if isinstance(each, dict) for key in _usable(each)]
        if not found:
            raise UnusableKeys("no key can verify signatures")
        return cls(tuple(found))

    def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key with this id; without an id, the only key of the algorithm if there is one."""
        found = [
            key.verifying
            for key in self.keys
            if key.algorithm == algorithm and kid in (None, key.kid)
        ]
        return found[0] if len(found) == 1 else None


def load_libraries() -> None:
    """Loads what verifies signatures: 10 MB that a server without issuers does not need.

    To be called where the event loop does not run. Later it would block the loop.
    """
    import jwt  # noqa: F401, PLC0415 - see above


def _usable(given: dict[str, Any]) -> list[_Key]:
    """The key with each algorithm that it may be used with."""
    import jwt  # noqa: PLC0415 - see ``load_libraries``
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415

    kid, use, operations = given.get("kid"), given.get("use", "sig"), given.get("key_ops")
    if use != "sig" or "d" in given or not isinstance(kid, str | None):
        return []
    if operations is not None and not (isinstance(operations, list) and "verify" in operations):
        return []
    kind = given.get("kty"), given.get("crv")
    found = []
    for algorithm, (kty, crv) in _FITTING.items():
        if given.get("alg", algorithm) != algorithm or kind != (kty, crv):
            continue
        try:
            key = jwt.PyJWK(given, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            continue
        if not isinstance(key.key, RSAPublicKey) or key.key.key_size in _RSA_BITS:
            found.append(_Key(kid, algorithm, key))
    return found
