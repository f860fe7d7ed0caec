"""Fetches the documents of an issuer over HTTPS, with a bound on everything."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from graph.auth.issuers.issuer import Issuer
from graph.auth.issuers.key_set import MOST_BYTES, KeySet, UnusableKeys

SECONDS: Final = 5.0
DISCOVERY: Final = "/.well-known/openid-configuration"


class Unavailable(Exception):
    """The keys could not be fetched; the message says why."""


async def fetch_keys(issuer: Issuer) -> KeySet:
    """The keys at the configured address, or at that of the discovery document.

    Raises Unavailable. Only configured addresses are contacted, and what they lead to.
    """
    try:
        async with asyncio.timeout(SECONDS), aiohttp.ClientSession(trust_env=True) as session:
            url = issuer.jwks_url or await _discovered(session, issuer)
            return KeySet.parse(await _body(session, url))
    except (aiohttp.ClientError, OSError, UnusableKeys) as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error


def is_secure(url: str) -> bool:
    """Whether keys from this address can be trusted: HTTPS, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return bool(host)
        return parts.scheme == "http" and (host == "localhost" or _is_loopback(host))
    except ValueError:
        return False


async def _discovered(session: aiohttp.ClientSession, issuer: Issuer) -> str:
    """The address of the keys. The document has to be the issuer's own."""
    text = await _body(session, issuer.url.removesuffix("/") + DISCOVERY)
    try:
        document: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableKeys("the discovery document is not JSON") from None
    if not isinstance(document, dict) or document.get("issuer") != issuer.url:
        raise UnusableKeys("the discovery document is that of another issuer")
    url = document.get("jwks_uri")
    if not isinstance(url, str) or not is_secure(url):
        raise UnusableKeys("the discovery document has no address of keys (jwks_uri) with HTTPS")
    return url


async def _body(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url, allow_redirects=False) as response:
        if response.status != 200:  # noqa: PLR2004 - a redirect is not followed either
            raise UnusableKeys(f"{url} answers with the status {response.status}")
        body = await response.content.read(MOST_BYTES + 1)
        while len(body) <= MOST_BYTES and (more := await response.content.read(MOST_BYTES)):
            body += more
        if len(body) > MOST_BYTES:
            raise UnusableKeys(f"{url} answers with more than {MOST_BYTES} bytes")
        return body


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
