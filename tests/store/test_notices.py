"""Notices of PostgreSQL, and the loss of the connection that they come over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing

import psycopg
import pytest

from graph.model.errors import Upstream
from graph.store import notices
from tests.stores import change, fresh_database

pytestmark = pytest.mark.postgres


@pytest.fixture
def url() -> Iterator[str]:
    with fresh_database() as made:
        yield made


async def test_notices_of_the_channel_come_in_their_order(url: str) -> None:
    async with asyncio.timeout(20), aclosing(notices(url, "one")) as heard:
        assert await anext(heard) == "", "it listens"
        await asyncio.to_thread(
            change,
            url,
            "SELECT pg_notify('one', '1')",
            "SELECT pg_notify('other', '2')",
            "SELECT pg_notify('one', '3')",
        )
        assert [await anext(heard), await anext(heard)] == ["1", "3"]


async def test_a_connection_that_is_lost_is_an_error(url: str) -> None:
    async with asyncio.timeout(20), aclosing(notices(url, "one")) as heard:
        await anext(heard)
        waiting = asyncio.ensure_future(anext(heard))
        kill = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.to_thread(change, url, kill)
        with pytest.raises(Upstream, match="The store sends no notices"):
            await waiting


async def test_a_database_that_cannot_be_reached_is_an_error_without_its_password() -> None:
    address = "postgresql://me:secret@127.0.0.1:1/none"
    with pytest.raises(Upstream) as caught:
        await anext(notices(address, "one"))
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, psycopg.OperationalError)
