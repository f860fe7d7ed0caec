"""Changes of locations as values."""

from __future__ import annotations

from graph.model.location_change import LocationChange


def test_a_change_is_for_one_mover_unless_it_says_otherwise() -> None:
    change = LocationChange(kind="NFS", member="nfs", fields={"version": "NFS3"})
    assert not change.is_for_all
    assert change.if_unchanged_since is None
