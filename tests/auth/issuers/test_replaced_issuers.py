"""Issuers that are replaced: nothing of their old rules is left."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

import pytest

from graph.auth import IssuedTokens, Issuer, Rejected
from graph.auth.issuers.key_set import KeySet
from tests.auth.issuers.provider import NOW, issuer, keys, token
from tests.runs.watch.held import HeldClock, settle

GOOD: Final = token()


async def test_rules_that_are_replaced_while_a_token_waits_for_its_key_apply_to_it() -> None:
    arrives = asyncio.Event()

    async def fetch(_issuer: object) -> KeySet:
        await arrives.wait()
        return keys()

    tokens = IssuedTokens([fetched()], clock=HeldClock(), now=lambda: NOW, fetch=fetch)
    waiting = asyncio.create_task(tokens.caller(GOOD))
    await settle()
    reading = [{"name": "writers", "claim": "roles", "values": ["writer"]}]
    await tokens.replace([fetched(rules=reading)])
    arrives.set()
    assert not (await waiting).rights.may_write
    assert not (await tokens.caller(GOOD)).rights.may_write
    await tokens.aclose()


def fetched(**changes: Any) -> Issuer:
    return replace(issuer(**changes), keys=None)


async def test_rules_that_are_replaced_apply_to_remembered_tokens() -> None:
    tokens = IssuedTokens([issuer()], clock=HeldClock(), now=lambda: NOW)
    assert (await tokens.caller(GOOD)).rights.may_write
    reading = [{"name": "writers", "claim": "roles", "values": ["writer"]}]
    assert await tokens.replace([issuer(rules=reading)]) == {"research/writers"}
    assert not (await tokens.caller(GOOD)).rights.may_write
    assert await tokens.replace([issuer(rules=reading)]) == frozenset()
    assert await tokens.replace([]) == {"research/writers"}
    with pytest.raises(Rejected):
        await tokens.caller(GOOD)
