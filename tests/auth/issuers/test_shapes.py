"""Access tokens as the usual identity providers make them, and the tables that accept them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from graph.auth import IssuedTokens, Rejected, read_issuers
from tests.auth.issuers.provider import NOW, keys, signed
from tests.runs.watch.held import HeldClock

TIMES: Final = {"iat": int(NOW) - 10, "exp": int(NOW) + 3_000}
KEYCLOAK: Final = {
    "jti": "onrtac:9f0c2b1e-0c0c-4f3e-8d6a-2a1b3c4d5e6f",
    "iss": "https://idp.example.org/realms/research",
    "aud": ["datasync-api", "account"],
    "sub": "f1b7c3de-7a54-4f4e-9a3a-0d5bb7b3a0a1",
    "typ": "Bearer",
    "azp": "portal",
    "sid": "d3adbeef-0000-4000-8000-000000000000",
    "acr": "1",
    "allowed-origins": ["https://portal.example.org"],
    "realm_access": {"roles": ["offline_access", "datasync-writer", "uma_authorization"]},
    "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
    "scope": "openid profile email",
    "email_verified": True,
    "preferred_username": "ann",
}
ENTRA: Final = {
    "aud": "11111111-2222-3333-4444-555555555555",
    "iss": "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
    "nbf": int(NOW) - 10,
    "aio": "AWQAm/8XAAAA",
    "azp": "66666666-7777-8888-9999-000000000000",
    "azpacr": "1",
    "groups": ["0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"],
    "name": "Ann Example",
    "oid": "b9c8d7e6-0000-4000-8000-000000000003",
    "preferred_username": "ann@example.org",
    "rh": "0.AAAA",
    "roles": ["Movers.Write"],
    "scp": "access_as_user",
    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    "tid": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
    "uti": "fqiBqXLPj0eQa82S-IYFAA",
    "ver": "2.0",
}
OKTA: Final = {
    "ver": 1,
    "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE",
    "iss": "https://example.okta.com/oauth2/default",
    "aud": "api://datasync",
    "cid": "0oabv6kx4qq6h1U5l0h7",
    "uid": "00uixa271s6x7qt8I0h7",
    "scp": ["movers:run", "openid"],
    "auth_time": int(NOW) - 400,
    "sub": "ann@example.org",
    "groups": ["Everyone", "datasync:lab", "datasync:shop"],
}
SHIBBOLETH: Final = {
    "iss": "https://idp.example.edu",
    "aud": "https://datasync.example.edu",
    "sub": "5VFTQXMM2WYQYLZTQPKJ7TJOZV6KBX2N",
    "client_id": "portal",
    "jti": "_4f2b8f0e6a1d4f3a",
    "scope": "openid movers",
    "eduperson_entitlement": ["urn:mace:example.edu:datasync:account:222222222222"],
}
ISSUERS: Final[dict[str, dict[str, Any]]] = {
    "keycloak": {
        "issuer": KEYCLOAK["iss"],
        "audience": "datasync-api",
        "types": ["JWT"],
        "rules": [
            {
                "name": "writers",
                "claim": "realm_access.roles",
                "values": ["datasync-writer"],
                "write": True,
            }
        ],
    },
    "entra": {
        "issuer": ENTRA["iss"],
        "audience": ENTRA["aud"],
        "types": ["JWT"],
        "subject": "oid",
        "rules": [
            {
                "name": "lab",
                "claim": "groups",
                "values": ["0a1b2c3d-0000-4000-8000-000000000002"],
                "scope": "access_as_user",
                "groups": ["lab"],
            }
        ],
    },
    "okta": {
        "issuer": OKTA["iss"],
        "audience": "api://datasync",
        "types": ["JWT", "application/okta-internal-at+jwt"],
        "rules": [
            {
                "name": "by-group",
                "claim": "groups",
                "pattern": "datasync:(?P<group>.+)",
                "scope": "movers:run",
                "write": True,
            }
        ],
    },
    "shibboleth": {
        "issuer": SHIBBOLETH["iss"],
        "audience": "https://datasync.example.edu",
        "rules": [
            {
                "name": "by-account",
                "claim": "eduperson_entitlement",
                "pattern": "urn:mace:example.edu:datasync:account:(?P<account>[0-9]{12})",
            }
        ],
    },
}
SHAPES: Final[dict[str, tuple[str, dict[str, Any], str, object]]] = {
    "keycloak": ("JWT", KEYCLOAK, str(KEYCLOAK["sub"]), (True, None, None)),
    "entra": ("JWT", ENTRA, str(ENTRA["oid"]), (False, None, {"lab"})),
    "okta": (
        "application/okta-internal-at+jwt",
        OKTA,
        "ann@example.org",
        (True, None, {"lab", "shop"}),
    ),
    "shibboleth": (
        "at+jwt",
        SHIBBOLETH,
        str(SHIBBOLETH["sub"]),
        (False, {"222222222222"}, None),
    ),
}
"""The header ``typ``, the claims, the subject, and what the caller may do."""


async def tokens_of(name: str) -> IssuedTokens:
    (read,) = read_issuers([{"name": name, **ISSUERS[name]}])
    return IssuedTokens([replace(read, keys=keys())], clock=HeldClock(), now=lambda: NOW)


@pytest.mark.parametrize("name", SHAPES)
async def test_the_token_of_a_usual_provider_is_accepted(name: str) -> None:
    kind, shape, subject, expected = SHAPES[name]
    head = {"typ": kind, "alg": "RS256", "kid": "rsa"}
    tokens = await tokens_of(name)
    caller = await tokens.caller(signed(head, {**TIMES, **shape}))
    assert caller.identity.key == f"{name}:{subject}"
    rights = caller.rights
    assert (rights.may_write, rights.accounts, rights.groups) == expected
    await tokens.aclose()


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("other", SHAPES)
async def test_the_token_of_one_provider_is_not_one_of_another(name: str, other: str) -> None:
    if name == other:
        return
    kind, shape, _, _ = SHAPES[other]
    tokens = await tokens_of(name)
    head = {"typ": kind, "alg": "RS256", "kid": "rsa"}
    with pytest.raises(Rejected):
        await tokens.caller(signed(head, {**TIMES, **shape}))
    await tokens.aclose()


async def test_entras_link_to_too_many_groups_is_not_taken_for_none() -> None:
    tokens = await tokens_of("entra")
    shape = {k: v for k, v in ENTRA.items() if k != "groups"}
    shape["_claim_names"] = {"groups": "src1"}
    head = {"typ": "JWT", "alg": "RS256", "kid": "rsa"}
    with pytest.raises(Rejected) as rejected:
        await tokens.caller(signed(head, {**TIMES, **shape}))
    assert "links to it" in rejected.value.reason
    await tokens.aclose()
