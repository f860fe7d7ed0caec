"""The statements of docs/operate by which another database user takes over from the first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from graph.store import open_store
from tests.docs.blocks import blocks
from tests.store.operations import new_operation
from tests.stores import change, fresh_database

PAGE = Path(__file__).parents[2] / "docs" / "operate" / "maintenance.md"


@dataclass(frozen=True)
class Users:
    """Of one database."""

    admin: str
    """The URL as an administrator."""
    old: str
    new: str

    def url(self, name: str) -> str:
        return f"postgresql://{name}:x@{self.admin.partition('@')[2]}"

    def execute(self, script: str) -> None:
        named = script.replace("datasync_old", self.old).replace("datasync_new", self.new)
        with psycopg.connect(self.admin, autocommit=True) as connection:
            for statement in filter(None, map(str.strip, named.split(";"))):
                connection.execute(statement.encode())


@pytest.fixture
def users() -> Iterator[Users]:
    mark = uuid.uuid4().hex
    with fresh_database(empty=True) as url:
        made = Users(url, f"old_{mark}", f"new_{mark}")
        database = url.rpartition("/")[2]
        made.execute(f"CREATE ROLE {made.old} LOGIN; ALTER DATABASE {database} OWNER TO {made.old}")
        yield made
        made.execute(f"ALTER DATABASE {database} OWNER TO CURRENT_USER")
        for name in (made.old, made.new):
            with psycopg.connect(url, autocommit=True) as connection:
                found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
                if found.fetchone():
                    made.execute(f"DROP OWNED BY {name} CASCADE; DROP ROLE {name}")


def statements(beginning: str) -> str:
    (found,) = (block.text for block in blocks(PAGE) if block.text.startswith(beginning))
    return found


async def accept(url: str, name: str) -> int:
    """Records an operation, and counts those that have not ended."""
    async with open_store(url) as store:
        await store.operations.begin(new_operation(name))
        return len(await store.operations.unended())


@pytest.mark.postgres
async def test_a_second_user_takes_over_and_the_first_can_be_dropped(users: Users) -> None:
    assert await accept(users.url(users.old), "one") == 1
    users.execute(statements("CREATE ROLE datasync_new"))
    assert await accept(users.url(users.new), "two") == 2
    change(users.url(users.new), "ALTER TABLE operations ADD COLUMN of_an_upgrade INTEGER")
    assert await accept(users.url(users.old), "three") == 3
    users.execute(statements("REASSIGN OWNED BY datasync_old"))
    assert await accept(users.url(users.new), "four") == 4
    change(users.url(users.new), "ALTER TABLE operations DROP COLUMN of_an_upgrade")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(users.url(users.old))
