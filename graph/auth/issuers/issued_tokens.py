"""Authenticates callers by the tokens of the configured issuers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from graph.auth.issuers.claims import check_claims, check_header
from graph.auth.issuers.download import fetch_keys
from graph.auth.issuers.form import Form, read_form
from graph.auth.issuers.issuer import Issuer
from graph.auth.issuers.key_source import Fetch, KeySource
from graph.auth.rejected import Kind, Rejected
from graph.auth.token_cache import TokenCache
from graph.model.caller import Caller, Identity
from graph.model.clock import Clock, SystemClock

VERIFIED: Final = (10_000, 86_400.0)
"""Entries and seconds, of which the expiry of each token leaves the most."""


class IssuedTokens:
    """Verifies tokens, and remembers valid ones until they expire.

    Signatures are verified on the event loop: with keys of bounded size that takes less than the
    rest of a request. Everything that is cheaper is checked before. Keys are fetched in the
    background from the beginning. Its creator closes it.
    """

    def __init__(
        self,
        issuers: Sequence[Issuer],
        *,
        clock: Clock | None = None,
        now: Callable[[], float] = time.time,
        fetch: Fetch = fetch_keys,
    ) -> None:
        """``now``: seconds since the epoch."""
        self._clock, self._now, self._fetch = clock or SystemClock(), now, fetch
        self._verified: TokenCache[Caller] = TokenCache(*VERIFIED, self._clock.monotonic)
        self._sources: dict[str, KeySource] = {}
        self.issuers: tuple[Issuer, ...] = ()
        self._by_url: dict[str, Issuer] = {}
        self._accept(issuers)

    async def replace(self, issuers: Sequence[Issuer]) -> frozenset[str]:
        """Accepts the tokens of these issuers from now on; keys that were fetched are kept.

        Returns the names of the rules that are gone or have changed in any way.
        """
        rules, sources = _rules(self.issuers), set(self._sources.values())
        self._accept(issuers)
        await _close(sources - set(self._sources.values()))
        return frozenset(name for name, _ in rules - _rules(issuers))

    def _accept(self, issuers: Sequence[Issuer]) -> None:
        self._verified.clear()
        self.issuers = tuple(issuers)
        self._by_url = {issuer.url: issuer for issuer in issuers}
        self._sources = {issuer.name: self._source_of(issuer) for issuer in issuers}

    def _source_of(self, issuer: Issuer) -> KeySource:
        known = self._sources.get(issuer.name)
        if known is not None and known.provides_for(issuer):
            return known
        source = KeySource(issuer, self._clock, self._fetch)
        source.start()
        return source

    async def aclose(self) -> None:
        await _close(self._sources.values())

    @property
    def troubles(self) -> Mapping[str, str]:
        """Why no tokens can be verified, by the name of the issuer."""
        found = {name: source.trouble for name, source in self._sources.items()}
        return {name: why for name, why in found.items() if why is not None}

    async def caller(self, token: str) -> Caller:
        """The caller with the rights that the first matching rule gives.

        Raises Rejected for a token that is invalid, or that no rule matches.
        """
        encoded = token.encode(errors="replace")
        known = self._verified.get(encoded)
        if known is not None and self._now() < (known.expires_at or 0.0):
            return known
        issuers = self.issuers
        caller = await self._verify(token)
        if issuers is not self.issuers:  # replaced while it waited for a key
            return await self.caller(token)
        self._verified.put(encoded, caller)
        return caller

    async def _verify(self, token: str) -> Caller:
        import jwt  # noqa: PLC0415 - see ``load_libraries`` of the key set

        form = read_form(token)
        issuer = self.issuer_of(form)
        algorithm, kid = check_header(form.header, issuer)
        subject, expires_at = check_claims(form, issuer, self._now())
        key = await self._sources[issuer.name].find(kid, algorithm)
        try:
            jwt.PyJWS().decode(token, key, algorithms=[algorithm])
        except (jwt.PyJWTError, ValueError):
            raise Rejected(Kind.SIGNATURE, "the signature of the token is wrong") from None
        return _caller(form, issuer, subject, expires_at)

    def issuer_of(self, form: Form) -> Issuer:
        """The configured issuer that the token names. Raises Rejected."""
        named = form.claims.get("iss")
        issuer = self._by_url.get(named) if isinstance(named, str) else None
        if issuer is None:
            raise Rejected(Kind.ISSUER, "the token is not of a configured issuer (iss)")
        return issuer


def _rules(issuers: Iterable[Issuer]) -> set[tuple[str, object]]:
    return {pair for issuer in issuers for pair in issuer.credentials.items()}


async def _close(sources: Iterable[KeySource]) -> None:
    await asyncio.gather(*(source.aclose() for source in sources))


def _caller(form: Form, issuer: Issuer, subject: str, expires_at: float) -> Caller:
    for rule in issuer.rules:
        rights = rule.rights_for(form.claims)
        if rights is not None:
            identity = Identity(f"{issuer.name}:{subject}", credential=issuer.credential(rule))
            return Caller(identity, rights, expires_at)
    raise Rejected(
        Kind.NO_RULE, f"no rule of the issuer {issuer.name} matches the token of {subject}"
    )
