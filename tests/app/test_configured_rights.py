"""The rights that are configured, by the names of keys and rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graph.app.configured_rights import RightsByName
from tests.world import settings

ISSUER: dict[str, Any] = {
    "name": "idp",
    "issuer": "https://idp.example.org",
    "audience": "us",
    "rules": [{"name": "writers", "claim": "roles", "values": ["w"], "write": True}],
}


def test_keys_and_rules_have_their_rights_and_lose_them_for_all(tmp_path: Path) -> None:
    found = RightsByName.of(settings(tmp_path, issuers=[ISSUER]))
    keys, rules = found.of_keys, found.of_rules
    assert (set(keys), set(rules)) == ({"default"}, {"idp/writers"})
    assert rules["idp/writers"]("any").may_write
    reading = ISSUER["rules"][0] | {"write": False}
    found.replace(settings(tmp_path, issuers=[ISSUER | {"rules": [reading]}]))
    assert not rules["idp/writers"]("any").may_write
    found.replace(settings(tmp_path))
    assert rules == {}
