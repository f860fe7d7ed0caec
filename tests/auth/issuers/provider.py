"""An identity provider for tests: its keys, what it publishes, and any token it might sign."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from functools import cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from graph.auth import Issuer, read_issuers
from graph.auth.issuers.key_set import KeySet

NOW: Final = 1_800_000_000.0
URL: Final = "https://idp.example.org/realms/research"
AUDIENCE: Final = "datasync-api"
KIDS: Final = {"RS256": "rsa", "PS256": "rsa", "ES256": "ec", "EdDSA": "ed"}


@cache
def signing(kid: str) -> Any:
    if kid == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    if kid == "ed":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 1024 if kid == "weak" else 2048)


def public(kid: str, /, **changes: Any) -> dict[str, Any]:
    """The key as it is published."""
    kinds: Any = {"ec": jwt.algorithms.ECAlgorithm, "ed": jwt.algorithms.OKPAlgorithm}
    kind = kinds.get(kid, jwt.algorithms.RSAAlgorithm)
    published: dict[str, Any] = json.loads(kind.to_jwk(signing(kid).public_key()))
    published.pop("key_ops", None)
    return published | {"kid": kid, "use": "sig"} | changes


def key_set(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys or tuple(public(kid) for kid in ("rsa", "ec", "ed"))})


def keys() -> KeySet:
    return KeySet.parse(key_set())


def issuer(**changes: Any) -> Issuer:
    """One whose tokens need the role ``writer``, with keys of every kind."""
    table: dict[str, Any] = {
        "name": "research",
        "issuer": URL,
        "audience": AUDIENCE,
        "algorithms": ["RS256", "ES256", "EdDSA"],
        "jwks_url": f"{URL}/keys",
        "rules": [{"name": "writers", "claim": "roles", "values": ["writer"], "write": True}],
    }
    (made,) = read_issuers([table | changes])
    return replace(made, jwks_url=None, keys=keys())


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a valid token. A claim that is None is left out."""
    usual = {
        "iss": URL,
        "aud": AUDIENCE,
        "sub": "ann",
        "iat": NOW - 60,
        "exp": NOW + 600,
        "client_id": "portal",
        "jti": "1",
        "roles": ["reader", "writer"],
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def header(**changes: Any) -> dict[str, Any]:
    usual = {"alg": "RS256", "typ": "at+jwt", "kid": "rsa"}
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(head: dict[str, Any] | None = None, body: dict[str, Any] | None = None) -> str:
    """Signed with the key of the usual header, whatever this header says."""
    return signed(head if head is not None else header(), body if body is not None else claims())


def signed(head: dict[str, Any] | str, body: dict[str, Any] | str, kid: str = "rsa") -> str:
    """The text of the parts may be given as it is."""
    message = f"{encoded(head)}.{encoded(body)}"
    kinds = {"ec": "ES256", "ed": "EdDSA"}
    algorithm: Any = jwt.get_algorithm_by_name(kinds.get(kid, "RS256"))
    return f"{message}.{b64(algorithm.sign(message.encode(), signing(kid)))}"


def encoded(part: dict[str, Any] | str) -> str:
    return b64((part if isinstance(part, str) else json.dumps(part)).encode())


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
