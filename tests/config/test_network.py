"""Settings of connections: lists of what is believed and admitted."""

from __future__ import annotations

import ipaddress

import pytest

from graph.config.settings import SettingsError
from graph.config.sources import load


@pytest.mark.parametrize(
    ("value", "networks"),
    [
        ("", ()),
        ("10.0.0.7", ("10.0.0.7/32",)),
        (" 10.0.0.7 , 10.1.0.0/16,fd00::/64,", ("10.0.0.7/32", "10.1.0.0/16", "fd00::/64")),
        ("::1", ("::1/128",)),
    ],
)
def test_proxies_are_addresses_and_networks(
    environment: pytest.MonkeyPatch, value: str, networks: tuple[str, ...]
) -> None:
    environment.setenv("DATASYNC_API_TRUSTED_PROXIES", value)
    trusted = load().trusted_proxies
    assert trusted == tuple(map(ipaddress.ip_network, networks))


def test_no_proxy_is_trusted_by_default(environment: pytest.MonkeyPatch) -> None:
    assert load().trusted_proxies == ()


@pytest.mark.parametrize("value", ["proxy.example.org", "10.0.0.1, 10.0.0.1/8", "*", "10.0.0.1:80"])
def test_what_is_neither_an_address_nor_a_network_is_rejected(
    environment: pytest.MonkeyPatch, value: str
) -> None:
    environment.setenv("DATASYNC_API_TRUSTED_PROXIES", value)
    with pytest.raises(SettingsError, match="is not an address or network"):
        load()


@pytest.mark.parametrize("value", ["example.org", "https://example.org/path", "https://"])
def test_what_is_no_origin_is_rejected(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("DATASYNC_API_CORS_ORIGINS", f"https://ok.example, {value}")
    with pytest.raises(SettingsError, match="is not an origin"):
        load()
