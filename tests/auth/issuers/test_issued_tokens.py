"""Which tokens of identity providers are accepted; about all others nobody learns anything."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from graph.auth import IssuedTokens, Rejected
from graph.auth.issuers.form import MOST_CHARACTERS
from graph.auth.issuers.key_set import KeySet
from tests.auth.issuers.provider import (
    KIDS,
    NOW,
    URL,
    b64,
    claims,
    encoded,
    header,
    issuer,
    public,
    signed,
    signing,
    token,
)
from tests.runs.watch.held import HeldClock

PEM: Final = (
    signing("rsa")
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


async def unreachable(_issuer: object) -> KeySet:
    raise AssertionError("no forged token may cause a fetch")


@pytest.fixture
async def tokens() -> AsyncIterator[IssuedTokens]:
    made = IssuedTokens([issuer()], clock=HeldClock(), now=lambda: NOW, fetch=unreachable)
    yield made
    await made.aclose()


async def test_a_valid_token_has_the_rights_of_its_rule(tokens: IssuedTokens) -> None:
    caller = await tokens.caller(token())
    assert (caller.identity.key, caller.identity.granted_by) == ("research:ann", "research/writers")
    assert caller.identity.on_behalf_of is None
    assert caller.rights.may_write
    assert caller.expires_at == NOW + 630


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_every_configured_algorithm_is_verified(tokens: IssuedTokens, algorithm: str) -> None:
    kid = KIDS[algorithm]
    caller = await tokens.caller(signed(header(alg=algorithm, kid=kid), claims(), kid))
    assert caller.identity.key == "research:ann"


TIMES: Final = [
    {"exp": NOW - 29.5},
    {"nbf": NOW + 29},
    {"iat": NOW + 29},
    {"iat": NOW - 86_400, "exp": NOW},
    {"aud": ["other", "datasync-api"]},
    {"typ": "Bearer"},
    {"azp": "portal", "client_id": None, "jti": None},
]


@pytest.mark.parametrize("given", TIMES, ids=str)
async def test_what_is_just_within_the_bounds_is_accepted(
    tokens: IssuedTokens, given: dict[str, Any]
) -> None:
    assert (await tokens.caller(token(body=claims(**given)))).identity.key == "research:ann"


def with_hmac(secret: bytes) -> str:
    """As by a library that takes the public key for a shared secret."""
    message = f"{encoded(header(alg='HS256'))}.{encoded(claims())}"
    return f"{message}.{b64(hmac.new(secret, message.encode(), hashlib.sha256).digest())}"


def with_der() -> str:
    """An ES256 signature in the form that other protocols use."""
    message = f"{encoded(header(alg='ES256', kid='ec'))}.{encoded(claims())}"
    algorithm: Any = jwt.get_algorithm_by_name("ES256")
    raw = algorithm.sign(message.encode(), signing("ec"))
    half = len(raw) // 2
    r, s = (int.from_bytes(part) for part in (raw[:half], raw[half:]))
    ints = b"".join(
        b"\x02" + bytes([len(part)]) + part
        for part in (n.to_bytes(n.bit_length() // 8 + 1) for n in (r, s))
    )
    der = b"\x30" + bytes([len(ints)]) + ints
    assert decode_dss_signature(der) == (r, s)
    return f"{message}.{b64(der)}"


def with_signature(signature: bytes, head: dict[str, Any] | None = None) -> str:
    return f"{encoded(head or header())}.{encoded(claims())}.{b64(signature)}"


def twice(member: str, value: object, part: dict[str, Any]) -> str:
    """JSON in which a member is there a second time."""
    return f'{json.dumps(part)[:-1]}, "{member}": {json.dumps(value)}}}'


def flipped(part: int) -> list[str]:
    """A valid token with one bit altered, at the beginning, in the middle and at the end."""
    parts = token().split(".")
    found = []
    for place in (0, len(parts[part]) // 2, -2):
        raw = bytearray(base64.urlsafe_b64decode(parts[part] + "=" * (-len(parts[part]) % 4)))
        raw[place * 3 // 4 if place > 0 else place] ^= 1
        found.append(".".join([*parts[:part], b64(bytes(raw)), *parts[part + 1 :]]))
    return found


GOOD: Final = token()
_HEAD, _BODY, _SIGNATURE = GOOD.split(".")
FORGED: Final[dict[str, str]] = {
    "no algorithm": with_signature(b"x", header(alg="none")),
    "no algorithm, in other letters": with_signature(b"x", header(alg="nOnE")),
    "no algorithm and no signature": f"{encoded(header(alg='none'))}.{_BODY}.",
    "HS256 with the public key": with_hmac(PEM),
    "HS256 with the published key": with_hmac(json.dumps(public("rsa")).encode()),
    "HS256 with nothing": with_hmac(b""),
    "algorithm of another family": signed(header(alg="ES256"), claims()),
    "algorithm that is not configured": signed(header(alg="PS256"), claims()),
    "algorithm of the key, not of the token": signed(header(kid="ec"), claims()),
    "algorithm missing": token(header(alg=None)),
    "algorithm is a list": token(header(alg=["RS256"])),
    "unknown key": token(header(kid="other")),
    "key id is a path": token(header(kid="../../etc/passwd")),
    "key id is SQL": token(header(kid="' OR 1=1 --")),
    "key id has a NUL": token(header(kid="rsa\0")),
    "key id is huge": token(header(kid="k" * 10_000)),
    "header is long": token(header(kid="k" * 1_000)),
    "key id is a number": token(header(kid=1)),
    "embedded key": signed(header(jwk=public("weak")), claims(), "weak"),
    "address of keys": signed(header(jku="https://evil.example/keys"), claims(), "weak"),
    "address of a certificate": signed(header(x5u="https://evil.example/c"), claims(), "weak"),
    "certificate": signed(header(x5c=["MIIB"]), claims(), "weak"),
    "key of another issuer": signed(header(), claims(), "weak"),
    "critical extension": token(header(crit=["exp"])),
    "unencoded payload": token(header(b64=False, crit=["b64"])),
    "empty signature": f"{_HEAD}.{_BODY}.",
    "truncated signature": f"{_HEAD}.{_BODY}.{_SIGNATURE[:-6]}",
    "signature of another token": f"{_HEAD}.{encoded(claims(sub='eve'))}.{_SIGNATURE}",
    "signature in DER": with_der(),
    "signature of zeros": with_signature(bytes(64), header(alg="ES256", kid="ec")),
    "five parts": f"{GOOD}.e30.e30",
    "two parts": f"{_HEAD}.{_BODY}",
    "padding": f"{_HEAD}=.{_BODY}.{_SIGNATURE}",
    "blank inside": f"{_HEAD}.{_BODY} .{_SIGNATURE}",
    "line break": f"{GOOD}\n",
    "other alphabet": GOOD.replace("_", "/").replace("-", "+") + "+",
    "other letters": f"{GOOD}é",
    "issuer twice": signed(header(), twice("iss", URL, claims(iss="https://evil.example"))),
    "expiry twice": signed(header(), twice("exp", NOW + 9, claims(exp=NOW - 900))),
    "algorithm twice": signed(twice("alg", "RS256", header(alg="none")), claims()),
    "too long": token(body=claims(more="x" * MOST_CHARACTERS)),
    "a megabyte": "a" * 1_000_000 + ".e30.e30",
    "levels of JSON": signed(header(), "[" * 5_000 + "]" * 500),
    "claims are a list": signed(header(), "[]"),
    "claims are no JSON": signed(header(), "{"),
    "expired": token(body=claims(exp=NOW - 31)),
    "no expiry": token(body=claims(exp=None)),
    "expiry is a text": token(body=claims(exp=str(NOW + 600))),
    "expiry is true": token(body=claims(exp=True)),
    "expiry is infinite": signed(header(), json.dumps(claims(exp=1)).replace("1,", "1e400,", 1)),
    "expiry is beyond numbers": token(body=claims(exp=10**400)),
    "expiry is negative": token(body=claims(exp=-1)),
    "not a number": signed(header(), twice("x", float("nan"), claims())),
    "not valid yet": token(body=claims(nbf=NOW + 31)),
    "issued in the future": token(body=claims(iat=NOW + 31)),
    "issued two days ago": token(body=claims(iat=NOW - 172_800)),
    "valid for a year": token(body=claims(exp=NOW + 31_536_000)),
    "no time of issue": token(body=claims(iat=None)),
    "issuer with a slash": token(body=claims(iss=f"{URL}/")),
    "issuer in capitals": token(body=claims(iss=URL.upper())),
    "issuer is a list": token(body=claims(iss=[URL])),
    "issuer is another": token(body=claims(iss="https://evil.example")),
    "issuer missing": token(body=claims(iss=None)),
    "audience is another": token(body=claims(aud="billing")),
    "audience list without ours": token(body=claims(aud=["billing", "datasync"])),
    "audience contains ours": token(body=claims(aud="datasync-api-test")),
    "audience is an object": token(body=claims(aud={"datasync-api": 1})),
    "audience missing": token(body=claims(aud=None)),
    "subject missing": token(body=claims(sub=None)),
    "subject empty": token(body=claims(sub="")),
    "subject is an object": token(body=claims(sub={"a": 1})),
    "subject with a line break": token(body=claims(sub="ann\nlevel=ERROR")),
    "subject is too long": token(body=claims(sub="a" * 181)),
    "type of an ID token": token(header(typ="JWT")),
    "type missing": token(header(typ=None)),
    "nonce of an ID token": token(body=claims(nonce="n")),
    "hash of an ID token": token(body=claims(at_hash="h")),
    "refresh token": token(body=claims(typ="Refresh")),
    "logout token": token(body=claims(events={})),
    "bound to a key": token(body=claims(cnf={"jkt": "x"})),
    "no rule matches": token(body=claims(roles=["reader"])),
    "no roles": token(body=claims(roles=None)),
    "roles are an object": token(body=claims(roles={"writer": True})),
    "roles are too many": token(body=claims(roles=["writer", *map(str, range(500))])),
    "roles are elsewhere": token(body=claims(roles=None, _claim_names={"roles": "src1"})),
}
"""Whose signature is right where the fault is elsewhere."""


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_token_is_rejected_without_a_fetch(
    tokens: IssuedTokens, forged: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        await tokens.caller(FORGED[forged])
    assert str(rejected.value) == "A valid token is required."
    assert len(rejected.value.reason) < 200


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_a_token_with_an_altered_bit_is_rejected(tokens: IssuedTokens, part: int) -> None:
    await tokens.caller(GOOD)
    for altered in flipped(part):
        assert altered != GOOD
        with pytest.raises(Rejected):
            await tokens.caller(altered)


async def test_other_text_for_the_same_signature_is_rejected(tokens: IssuedTokens) -> None:
    """The last character of a signature has bits that no byte uses."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(GOOD[-1]) ^ 1]
    with pytest.raises(Rejected, match="A valid token"):
        await tokens.caller(GOOD[:-1] + last)


async def test_a_valid_token_is_verified_once_and_until_it_expires(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = [NOW]
    tokens = IssuedTokens([issuer()], clock=HeldClock(), now=lambda: time[0], fetch=unreachable)
    verified: list[str] = []
    decode = jwt.PyJWS.decode

    def counting(self: jwt.PyJWS, given: str, *more: Any, **options: Any) -> Any:
        verified.append(given)
        return decode(self, given, *more, **options)

    monkeypatch.setattr(jwt.PyJWS, "decode", counting)
    assert await tokens.caller(GOOD) is await tokens.caller(GOOD)
    assert verified == [GOOD]
    time[0] = NOW + 629
    await tokens.caller(GOOD)
    time[0] = NOW + 631
    with pytest.raises(Rejected):
        await tokens.caller(GOOD)
    assert verified == [GOOD]
    await tokens.aclose()
