"""Addresses and networks have one spelling each, and anything else is none."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model.networks import is_in, read_address, read_network, read_node


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.0.0.7", "10.0.0.7/32"),
        ("10.1.0.0/16", "10.1.0.0/16"),
        ("fd00::/64", "fd00::/64"),
        ("::1", "::1/128"),
        ("::ffff:10.1.0.0/112", "10.1.0.0/16"),
        ("::/0", "::/0"),
    ],
)
def test_a_network_is_that_of_an_address_or_a_prefix(text: str, network: str) -> None:
    assert str(read_network(text)) == network
    assert read_network(read_network(text)) == read_network(text)


@pytest.mark.parametrize("text", ["", "proxy.example", "10.0.0.1/8", "10.0.0.0/33", "10.0.0", "*"])
def test_anything_else_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address or network"):
        read_network(text)


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("192.0.2.1", "192.0.2.1", None),
        (" 192.0.2.1\t", "192.0.2.1", None),
        ("192.0.2.1:443", "192.0.2.1", 443),
        ("::ffff:192.0.2.1", "192.0.2.1", None),
        ("2001:DB8:0::1", "2001:db8::1", None),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8::1]:65535", "2001:db8::1", 65535),
        ("fe80::1%eth0", "fe80::1", None),
    ],
)
def test_a_hop_has_an_address_and_maybe_a_port(text: str, address: str, port: int | None) -> None:
    assert read_node(text) == (ipaddress.ip_address(address), port)


@pytest.mark.parametrize(
    "text",
    [
        *("", "unknown", "_hidden", "localhost", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:65536"),
        *("192.0.2.256", "192.0.2.1.5", "192.0.2.01", "[192.0.2.1", "[::1", "::1]", "[::1]:"),
        *("[::1]x", "[]", "1", "0x7f.1", "192.0.2.1 192.0.2.2", "192.0.2.1/32", '"192.0.2.1"'),
        *("::1::2", "\x00", "\u0661.0.0.1"),
    ],
)
def test_anything_else_is_no_hop(text: str) -> None:
    assert read_node(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    node = read_node(text)
    assert node is None or read_address(str(node[0])) == node[0]


@given(st.ip_addresses())
def test_an_address_is_in_its_own_network_alone(address: ipaddress.IPv4Address) -> None:
    read = read_address(str(address))
    assert read is not None
    assert is_in(read, [read_network(str(address))])
    assert not is_in(read, [])
