"""``datasync-api token --explain``: why a token is accepted or not, and which rights it has."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any, Final

from graph.auth import IssuedTokens, Issuer, Rejected, read_form
from graph.config.settings import KeySettings
from graph.model.caller import Caller, Rights
from graph.model.resources import ArnPattern
from graph.model.verbs import Verb

_HEADER: Final = re.compile(r"\A(authorization:)?\s*bearer\s+", re.IGNORECASE)
"""What a token may be pasted with."""


def run(token: str, settings: KeySettings) -> int:
    """Prints one fact per line, never the token. Returns 0 if the server accepts it, else 1."""
    lines, accepted = asyncio.run(_explain(_HEADER.sub("", token.strip(), count=1), settings))
    print("\n".join(f"{what:<10}{fact}" for what, fact in lines))  # noqa: T201 - the answer
    return 0 if accepted else 1


async def _explain(token: str, settings: KeySettings) -> tuple[list[tuple[str, str]], bool]:
    tokens = IssuedTokens(settings.all_issuers)
    lines: list[tuple[str, str]] = []
    try:
        form = read_form(token)
        issuer = tokens.issuer_of(form)
        lines += _of_token(form.claims, issuer)
        caller = await tokens.caller(token)
    except Rejected as error:
        return [*lines, ("rejected", error.reason)], False
    finally:
        await tokens.aclose()
    return [*lines, *_of_caller(caller)], True


def _of_token(claims: Mapping[str, Any], issuer: Issuer) -> Iterator[tuple[str, str]]:
    """What does not depend on the signature."""
    yield "issuer", f"{issuer.name} ({issuer.url})"
    for rule in issuer.rules:
        try:
            rights = rule.rights_for(claims)
        except Rejected as error:
            yield "rule", f"{rule.name}: {error.reason}"
        else:
            yield "rule", f"{rule.name}: {'does not match' if rights is None else 'matches'}"


def _of_caller(caller: Caller) -> Iterator[tuple[str, str]]:
    yield "accepted", f"by the rule {caller.identity.granted_by}"
    yield "caller", caller.identity.key
    if caller.expires_at is not None:
        yield "until", f"{datetime.fromtimestamp(caller.expires_at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield from _of_rights(caller.rights)


def _of_rights(rights: Rights) -> Iterator[tuple[str, str]]:
    yield "may", ", ".join(["read", *_words(rights.verbs), *["audit"][: rights.may_audit]])
    yield "accounts", ", ".join(sorted(rights.accounts)) if rights.accounts else "all"
    yield "regions", ", ".join(sorted(rights.regions)) if rights.regions else "all"
    yield "groups", ", ".join(sorted(rights.groups)) if rights.groups else "all"
    for group in sorted({group for group, _ in rights.in_groups}):
        yield "", f"in {group}: {', '.join(['read', *_words(rights.verbs_in(group))])}"
    rules = sorted(_arn(rule.pattern) for rule in rights.resources or ())
    yield "resources", "all" if rights.uses_everything else ", ".join(rules) or "none"


def _words(verbs: Collection[Verb]) -> list[str]:
    return [verb.value for verb in Verb if verb in verbs]


def _arn(pattern: ArnPattern) -> str:
    return ":".join(("arn", *astuple(pattern)))
