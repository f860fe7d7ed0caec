"""What a deployment decides once stays as the first server decided it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from graph.store import HOME_REGION, open_store
from tests.stores import BOTH, store_url


@pytest.mark.parametrize("kind", BOTH)
async def test_the_first_value_is_kept_by_all_servers(kind: str, tmp_path: Path) -> None:
    with store_url(kind, tmp_path) as url:
        async with open_store(url) as one, open_store(url) as two:
            found = await asyncio.gather(
                *(each.facts.keep(HOME_REGION, f"r-{n}") for n, each in enumerate([one, two] * 4))
            )
            assert len(set(found)) == 1
        async with open_store(url) as later:
            assert await later.facts.keep(HOME_REGION, "another") == found[0]
            assert await later.facts.keep("something else", "x") == "x"
