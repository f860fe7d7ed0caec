"""Addresses and networks of peers, in one spelling for each."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_LAST_PORT: Final = 65_535
_NODE: Final = re.compile(r"\[([^\]]*)\](?::(\d{1,5}))?|([0-9.]+)(?::(\d{1,5}))?|([^\[\]]+)")
"""An address with or without a port, as proxies write them: an IPv6 address with one needs
brackets."""


def read_network(text: object) -> Network:
    """A network such as 10.0.0.0/8, or that of one address. Raises ValueError."""
    if isinstance(text, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return text
    try:
        network = ipaddress.ip_network(str(text))
    except ValueError as error:
        raise ValueError(f"'{text}' is not an address or network: {error}") from None
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:  # noqa: PLR2004
        plain = network.network_address.ipv4_mapped
        if plain is not None:
            return ipaddress.IPv4Network((plain, network.prefixlen - 96))
    return network


def read_address(text: str) -> Address | None:
    """An address, without its zone; None for anything else. ::ffff:192.0.2.1 is 192.0.2.1."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def read_node(text: str) -> tuple[Address, int | None] | None:
    """The address and the port of a hop, as in X-Forwarded-For; None for anything else."""
    found = _NODE.fullmatch(text.strip())
    if found is None:
        return None
    address = read_address(found[1] or found[3] or found[5] or "")
    port = found[2] or found[4]
    if address is None or (port is not None and int(port) > _LAST_PORT):
        return None
    return address, None if port is None else int(port)


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)
